import { readdirSync, readFileSync } from 'node:fs';

// Read from the sources also when compiled: the scripts are shipped as they are reviewed.
const FOLDER = new URL('../../../../../src/coe/swarm/drivers/swarm-mode/scripts/', import.meta.url);
const names = readdirSync(FOLDER)
  .filter((name) => /\.(sh|py)$/.test(name))
  .sort();

/** The node's scripts under the names that the templates use, read once. */
export const SCRIPT_FILES: Readonly<Record<string, string>> = Object.fromEntries(
  names.map((name) => [`scripts/${name}`, readFileSync(new URL(name, FOLDER), 'utf8')]),
);

/** Path on the node to name in the stack's files. */
export const SCRIPT_PATHS: Readonly<Record<string, string>> = Object.fromEntries(
  names.map((name) => [`/opt/magnum/${name}`, `scripts/${name}`]),
);
