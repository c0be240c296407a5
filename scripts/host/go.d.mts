/** The program's name or path. Throws with a one-line reason where there is none, or too old a one. */
export function goProgram(): string;
