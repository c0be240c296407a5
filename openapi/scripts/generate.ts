import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { parse } from 'yaml';
import { clientTypes } from './client-types.js';
import { withSections, type MeasuredDifference } from './compatibility.js';
import type { JsonObject } from './json.js';
import { operationsModule, operationsTypes } from './operations.js';
import { schemasOf } from './schemas.js';
import { complete, withHeaders } from './spec.js';
import { surfaceAt } from './surface.js';
import { allVersions, withoutVersions } from './versions.js';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Written by hand but for its tables. */
const COMPATIBILITY = '../docs/compatibility.md';
/** Compiled with the SDK, which needs no other package for its types. */
const CLIENT_TYPES = '../packages/sdk/src/generated/api.ts';
const DIFFERENCES = '../test/openstack/comparison/differences.yaml';

/** The text of every generated file, by its path below `openapi/`. */
export async function generate(): Promise<Map<string, string>> {
  const source = parse(await readFile(join(ROOT, 'magnum.yaml'), 'utf8')) as JsonObject; // a YAML mapping at the top
  const spec = complete(source);
  const types = await openapiTS(withoutVersions(structuredClone(spec)) as unknown as OpenAPI3, { defaultNonNullable: false }); // OpenAPI 3.1, checked by openapi-typescript
  const files = new Map([
    ['generated/magnum.d.ts', `// Generated from magnum.yaml by \`npm run generate\`. Do not edit.\n${astToString(types)}`],
    [CLIENT_TYPES, await clientTypes(spec)],
    ['generated/operations.js', operationsModule(spec)],
    ['generated/operations.d.ts', operationsTypes(spec)],
    ['generated/schemas.json', `${JSON.stringify(schemasOf(spec), null, 1)}\n`],
    ['generated/magnum.json', `${JSON.stringify(withoutVersions(withHeaders(spec)), null, 1)}\n`],
  ]);
  for (const [path, text] of await neighbours()) files.set(path, text);
  for (const version of allVersions(spec)) files.set(`surface/${version}.txt`, surfaceAt(spec, version));
  const page = await readFile(join(ROOT, COMPATIBILITY), 'utf8');
  // A list of such entries; the comparison fails where one of them explains nothing.
  const differences = parse(await readFile(join(ROOT, DIFFERENCES), 'utf8')) as readonly MeasuredDifference[];
  files.set(COMPATIBILITY, withSections(page, { spec, differences }));
  return files;
}

/** Types of the small part of each neighbour that is used. */
async function neighbours(): Promise<readonly (readonly [string, string])[]> {
  const names = (await readdir(join(ROOT, 'openstack'))).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(
    names.map(async (name) => {
      const source = parse(await readFile(join(ROOT, 'openstack', name), 'utf8')) as OpenAPI3; // checked by openapi-typescript
      const types = astToString(await openapiTS(source, { defaultNonNullable: false }));
      const banner = `// Generated from openstack/${name} by \`npm run generate\`. Do not edit.`;
      return [`generated/openstack/${name.replace('.yaml', '.d.ts')}`, `${banner}\n${types}`] as const;
    }),
  );
}

/** Names of the committed files that differ from what the spec gives now, and of files that nothing gives. */
export async function differing(files: ReadonlyMap<string, string>): Promise<string[]> {
  const stale = await Promise.all([...files].map(async ([path, text]) => ((await textOf(path)) === text ? [] : [path])));
  return [...stale.flat(), ...(await leftOver(files))].sort();
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(join(ROOT, path), 'utf8').catch(() => undefined);
}

async function leftOver(files: ReadonlyMap<string, string>): Promise<string[]> {
  const found = await Promise.all(
    ['generated', 'generated/openstack', 'surface'].map(async (folder) => {
      const entries = await readdir(join(ROOT, folder), { withFileTypes: true }).catch(() => []);
      return entries.filter((entry) => entry.isFile()).map((entry) => `${folder}/${entry.name}`);
    }),
  );
  return found.flat().filter((path) => !files.has(path));
}

async function main(): Promise<void> {
  const files = await generate();
  const stale = await differing(files);
  if (process.argv.includes('--check')) {
    for (const path of stale)
      console.error(`${join('openapi', path)} differs from what magnum.yaml gives; run: npm run generate`);
    process.exitCode = stale.length > 0 ? 1 : 0;
    return;
  }
  for (const path of stale) {
    const text = files.get(path);
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await (text === undefined ? rm(join(ROOT, path)) : writeFile(join(ROOT, path), text));
    console.log(`${text === undefined ? 'removed' : 'wrote'} ${join('openapi', path)}`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
