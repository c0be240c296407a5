export function buildMesosImage(log: (line: string) => void): Promise<string>;
