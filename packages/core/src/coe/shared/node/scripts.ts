import { readdirSync, readFileSync } from 'node:fs';

/** Scripts of a node, read once when a driver is loaded. */
export interface NodeScripts {
  /** Text by the name that the templates use. */
  readonly files: Readonly<Record<string, string>>;
  /** Path on the node to that name. */
  readonly paths: Readonly<Record<string, string>>;
}

/** Reads the scripts of a folder. */
export function nodeScripts(folder: URL): NodeScripts {
  const names = readdirSync(folder)
    .filter((name) => /\.(sh|py)$/.test(name))
    .sort();
  return {
    files: Object.fromEntries(names.map((name) => [`scripts/${name}`, readFileSync(new URL(name, folder), 'utf8')])),
    paths: Object.fromEntries(names.map((name) => [`/opt/magnum/${name}`, `scripts/${name}`])),
  };
}
