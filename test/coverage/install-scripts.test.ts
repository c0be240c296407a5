import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
const lock = read('package-lock.json') as {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
};
const { allowScripts } = read('package.json') as { readonly allowScripts: Readonly<Record<string, boolean>> };

test('no package runs a script when it is installed: each that has one is refused by name', () => {
  const withScripts = Object.entries(lock.packages).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript === true && path.startsWith('node_modules/') ? path.slice(path.lastIndexOf('node_modules/') + 13) : [],
  );
  expect(withScripts.filter((name) => allowScripts[name] !== false)).toEqual([]);
  expect(Object.values(allowScripts).filter((isAllowed) => isAllowed)).toEqual([]);
});

test('no client of SSH or gRPC comes with a library that nothing here asks for it', () => {
  const unused = /node_modules\/(?:ssh2|cpu-features|protobufjs|dockerode|docker-modem|@grpc\/.+)$/;
  expect(Object.keys(lock.packages).filter((path) => unused.test(path))).toEqual([]);
});

test('no package reports installations', () => {
  expect(Object.keys(lock.packages).filter((path) => path.includes('@scarf/'))).toEqual([]);
});
