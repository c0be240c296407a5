export function ensurePackages(
  wanted: Readonly<Record<string, string>>,
  log: (line: string) => void,
  moreFolders?: readonly string[],
): Promise<readonly string[]>;
