import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
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
  /** What cloud-init runs before the first script: a program with its arguments. */
  readonly unpack?: readonly string[];
}

const ARCHIVE = 'scripts/scripts.json';
const ARCHIVE_PATH = '/opt/magnum/scripts.json';
const UNPACK = `import json, os, sys
for name, text in json.load(open(sys.argv[1])).items():
    path = os.path.join(os.path.dirname(sys.argv[1]), name)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, 0o755)
`;

/**
 * The same scripts without their comments, in one compressed file that the node unpacks. Nova takes 64 KiB of user data in base64, which is 48 KiB of text. Of
 * a driver with many steps, compressed scripts with comments took 41 KiB of that, those without took 31, and one file with all of them takes 19: the rest is
 * for what callers ask for.
 */
export function compressScripts({ files, paths }: NodeScripts): NodeScripts {
  const texts = Object.entries(paths).map(([path, name]) => [basename(path), withoutComments(files[name] ?? '')]);
  const archive = gzipSync(JSON.stringify(Object.fromEntries(texts)), { level: 9 }).toString('base64');
  return {
    files: { [ARCHIVE]: archive },
    paths: { [ARCHIVE_PATH]: ARCHIVE },
    encoding: 'gz+b64',
    unpack: ['python3', '-c', UNPACK, ARCHIVE_PATH],
  };
}

/** A line that is empty, or a comment of the shell or of Python. The first line says which program runs the script, and shellcheck reads its own ones. */
const COMMENT = /^[ \t]*(#(?!!| shellcheck ).*)?\n/gm;

/** No script has a text of several lines in which such a line would count; a test compares what the programs read. */
export function withoutComments(text: string): string {
  return text.replaceAll(COMMENT, '');
}

/** Scripts by the name that the templates use, of the files of a stack, compressed or not. */
export function scriptsOf(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const archive = files[ARCHIVE];
  if (archive === undefined) return Object.fromEntries(Object.entries(files).filter(([, text]) => text.startsWith('#')));
  // `compressScripts` has made it.
  const texts = JSON.parse(gunzipSync(Buffer.from(archive, 'base64')).toString()) as Readonly<Record<string, string>>;
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [`scripts/${name}`, text]));
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
