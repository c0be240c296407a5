import { MAX_VERSION, MIN_VERSION, operations } from '@magnum-ts/openapi';
import type { JsonObject, JsonValue } from '../domain/json.js';
import { JsonText, type Handler } from './http/handler.js';

const DESCRIPTION = 'Magnum makes container orchestration engines first-class resources of OpenStack.';
const SPEC_LINK = 'http://docs.openstack.org/developer/magnum/dev/api-spec-v1.html';
/** Every collection that Magnum ever named here (docs/contract/protocol.md#root-documents); shown are those that the specification has. */
const KNOWN = [
  'baymodels',
  'bays',
  'clustertemplates',
  'clusters',
  'nodes',
  'pods',
  'rcs',
  'services',
  'containers',
  'x509keypairs',
  'certificates',
  'credentials',
  'quotas',
  'stats',
  'federations',
  'mservices',
];
const PATHS = Object.values(operations).map((operation) => `${operation.path}/`);
const COLLECTIONS = KNOWN.filter((name) => PATHS.some((path) => path.startsWith(`/v1/${name}/`)));
const NODE_GROUPS = 'clusters/{cluster_id}/nodegroups';
const HAS_NODE_GROUPS = PATHS.some((path) => path.includes('/nodegroups/'));

/** The root documents: docs/contract/protocol.md#root-documents. */
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
  getV1: async (_deps, call) => ({ body: v1Of(call.baseUrl) }),
} satisfies Record<string, Handler>;

let latest = { baseUrl: '', document: new JsonText('') };

/** Most clients call a service by one name: the document is written down once for it. */
function v1Of(baseUrl: string): JsonText {
  if (latest.baseUrl !== baseUrl) latest = { baseUrl, document: new JsonText(JSON.stringify(writtenFor(baseUrl))) };
  return latest.document;
}

function writtenFor(baseUrl: string): JsonObject {
  return {
    id: 'v1',
    links: [
      { href: `${baseUrl}/v1/`, rel: 'self' },
      { href: SPEC_LINK, rel: 'describedby', type: 'text/html' },
    ],
    media_types: [{ base: 'application/json', type: 'application/vnd.openstack.magnum.v1+json' }],
    ...Object.fromEntries(COLLECTIONS.map((name) => [name, links(baseUrl, `${name}/`)])),
    ...(HAS_NODE_GROUPS ? { nodegroups: links(baseUrl, NODE_GROUPS) } : {}),
  };
}

function links(baseUrl: string, path: string): JsonValue {
  return [
    { href: `${baseUrl}/v1/${path}`, rel: 'self' },
    { href: `${baseUrl}/${path}`, rel: 'bookmark' },
  ];
}
