/** Path of a `node` of this major release. Error: npm's registry gave none. */
export function nodeProgram(major: number, log?: (line: string) => void): string;
