import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

// Read from the sources also when compiled: the scripts are shipped as they are reviewed.
const SHARED = new URL('../../../../src/coe/shared/node/scripts/', import.meta.url);
/** Shared scripts that only some drivers have steps for: they are part of a stack whose driver names them, and of no other. */
const OPTIONAL = new URL('../../../../src/coe/shared/node/optional-scripts/', import.meta.url);
const LIBRARY = 'lib.sh';
/** A driver's part of the library: its steps, its folders, and the functions that shared scripts call. */
const DRIVER_LIBRARY = 'driver.sh';

/** Scripts of a node, read once when a driver is loaded. */
export interface NodeScripts {
  /** Text by the name that the templates use. */
  readonly files: Readonly<Record<string, string>>;
  /** Path on the node to that name. */
  readonly paths: Readonly<Record<string, string>>;
  /** How cloud-init has to read the texts; as they are when absent. */
  readonly encoding?: 'gz+b64';
}

/**
 * The same scripts, compressed and without their comments. Nova takes 64 KiB of user data in base64, which is 48 KiB of text. Of a driver with
 * many steps, compressed scripts with comments took 41 KiB of that, and those without take 31: the rest is for what callers ask for.
 */
export function compressScripts({ files, paths }: NodeScripts): NodeScripts {
  const packed = Object.entries(files).map(([name, text]) => [
    name,
    gzipSync(withoutComments(text), { level: 9 }).toString('base64'),
  ]);
  return { files: Object.fromEntries(packed) as Record<string, string>, paths, encoding: 'gz+b64' }; // texts by name, as before
}

/** A line that is empty, or a comment of the shell or of Python. The first line says which program runs the script, and shellcheck reads its own ones. */
const COMMENT = /^[ \t]*(#(?!!| shellcheck ).*)?\n/gm;

/** No script has a text of several lines in which such a line would count; a test compares what the programs read. */
export function withoutComments(text: string): string {
  return text.replaceAll(COMMENT, '');
}

/** The text of a script in a stack, compressed or not. */
export function scriptText(text: string): string {
  return text.startsWith('#') ? text : gunzipSync(Buffer.from(text, 'base64')).toString();
}

/**
 * The shared scripts together with those of a driver's folder; one of the driver replaces a shared one of the same name.
 *
 * The driver's `driver.sh` becomes the end of `lib.sh`, which every script sources. So the shared scripts find what is the driver's
 * own without a file more on the node: names and number of the files in user data stay as they are.
 *
 * `optional`: file names of shared scripts that this driver uses beside those of all drivers.
 */
export function nodeScripts(folder: URL, optional: readonly string[] = []): NodeScripts {
  const { [DRIVER_LIBRARY]: own = '', ...others } = textsIn(folder);
  const chosen = Object.fromEntries(optional.map((name) => [name, readFileSync(new URL(name, OPTIONAL), 'utf8')]));
  const texts: Record<string, string> = { ...textsIn(SHARED), ...chosen, ...others };
  texts[LIBRARY] = `${texts[LIBRARY] ?? ''}\n${own}`;
  const names = Object.keys(texts).sort();
  return {
    files: Object.fromEntries(names.map((name) => [`scripts/${name}`, texts[name] ?? ''])),
    paths: Object.fromEntries(names.map((name) => [`/opt/magnum/${name}`, `scripts/${name}`])),
  };
}

function textsIn(folder: URL): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => /\.(sh|py)$/.test(name));
  return Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
}
