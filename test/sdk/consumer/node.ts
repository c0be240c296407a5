// What needs Node's types: the entries for files and for tests.
import { createMagnum, type Environment, type Magnum } from '@magnum-ts/sdk';
import { createFetch, fetchFromEnv, fromClouds, fromNodeEnv } from '@magnum-ts/sdk/node';
import { createTestMagnum, type TestMagnum } from '@magnum-ts/sdk/testing';

export async function clients(parse: (text: string) => unknown): Promise<readonly Magnum[]> {
  const environment: Environment = process.env;
  const fetch: (request: Request) => Promise<Response> = createFetch({ cacert: 'ca.pem', proxy: undefined });
  const test: TestMagnum = await createTestMagnum({ client: { logger: console } });
  await test.stop();
  // @ts-expect-error there is no such setting
  createFetch({ cafile: 'ca.pem' });
  return [
    createMagnum(await fromClouds({ cloud: 'lab', parse, region: undefined })),
    createMagnum(fromNodeEnv(environment)),
    createMagnum({ endpoint: 'https://m.test', token: 't', fetch: fetchFromEnv(process.env) }),
    createMagnum({ endpoint: 'https://m.test', token: 't', fetch }),
    test.admin,
  ];
}
