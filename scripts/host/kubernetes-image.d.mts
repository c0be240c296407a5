export function buildKubernetesImage(log: (line: string) => void): Promise<string>;
