export function saveConformanceImages(program: string, folder: string, log: (line: string) => void): Promise<string>;
