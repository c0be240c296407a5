import { MAX_VERSION, MIN_VERSION } from '@magnum-ts/openapi';
import type { JsonValue } from '../domain/json.js';
import type { Call, Handler } from './handler.js';

const DESCRIPTION = 'Magnum makes container orchestration engines first-class resources of OpenStack.';
const SPEC_LINK = 'http://docs.openstack.org/developer/magnum/dev/api-spec-v1.html';
/** What this server has. */
const COLLECTIONS = ['baymodels', 'bays', 'nodes', 'containers', 'certificates', 'mservices'];

/** The root documents: contract, README §1. */
export const versionHandlers = {
  getVersions: async (_deps, call) => ({
    body: {
      name: 'OpenStack Magnum API',
      description: DESCRIPTION,
      versions: [
        {
          id: 'v1',
          status: 'CURRENT',
          min_version: MIN_VERSION,
          max_version: MAX_VERSION,
          links: [{ href: `${call.baseUrl}/v1/`, rel: 'self' }],
        },
      ],
    },
  }),
  getV1: async (_deps, call) => ({
    body: {
      id: 'v1',
      links: [
        { href: `${call.baseUrl}/v1/`, rel: 'self' },
        { href: SPEC_LINK, rel: 'describedby', type: 'text/html' },
      ],
      media_types: [{ base: 'application/json', type: 'application/vnd.openstack.magnum.v1+json' }],
      ...Object.fromEntries(COLLECTIONS.map((name) => [name, collectionLinks(call, name)])),
    },
  }),
} satisfies Record<string, Handler>;

function collectionLinks(call: Call, name: string): JsonValue {
  return [
    { href: `${call.baseUrl}/v1/${name}/`, rel: 'self' },
    { href: `${call.baseUrl}/${name}/`, rel: 'bookmark' },
  ];
}
