import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { DomainError } from '../domain/errors.js';
import type { LocalImages } from '../ports/local-images.js';
import { loadOnto } from './load-image.js';

const SIGNAL = new AbortController().signal;
const command = ['import', '-'];
const nodes = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, serverId: `server-${name}`, command }));

/** An engine of whose nodes some refuse; counts how many are at work at the same time. */
function imagesWith(refusing: readonly string[]): LocalImages & { readonly seen: { most: number; readonly archives: string[] } } {
  const seen = { most: 0, archives: new Array<string>() };
  let working = 0;
  return {
    seen,
    save: (image) => Promise.resolve(Readable.from([`archive of ${image}`])),
    loadOnto: async ({ name }, save) => {
      seen.most = Math.max(seen.most, (working += 1));
      for await (const chunk of await save()) seen.archives.push(String(chunk));
      working -= 1;
      if (refusing.includes(name)) throw new DomainError('engine-failed', `the disk of ${name} is full`);
    },
  };
}

describe('an image for nodes whose engines take none over their API', () => {
  test('is copied to each, some at a time, from an archive of its own', async () => {
    const localImages = imagesWith([]);
    expect(await loadOnto({ localImages }, { nodes, image: 'app:1' }, SIGNAL)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(localImages.seen).toEqual({ most: 3, archives: nodes.map(() => 'archive of app:1') });
  });

  test('is named for the nodes that have it, and is an error where none has it', async () => {
    expect(await loadOnto({ localImages: imagesWith(['b']) }, { nodes, image: 'app:1' }, SIGNAL)).toEqual(['a', 'c', 'd', 'e']);
    const all = nodes.map(({ name }) => name);
    await expect(loadOnto({ localImages: imagesWith(all) }, { nodes, image: 'app:1' }, SIGNAL)).rejects.toThrow(
      'the disk of a is full',
    );
    await expect(loadOnto({ localImages: imagesWith([]) }, { nodes: [], image: 'app:1' }, SIGNAL)).rejects.toThrow(
      'no nodes yet',
    );
  });
});
