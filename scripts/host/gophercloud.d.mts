/** Path of the program; built, once, where the cache has none. */
export function buildGophercloudCheck(log: (line: string) => void): Promise<string>;
