import { operations, type OperationId } from '@magnum-ts/openapi';
import { DEFAULT_RULES } from '@magnum-ts/core/testing';
import { type Audience, type DefaultRule } from '../../packages/core/src/adapters/policy/defaults.js';
import { MANIFESTS } from './bodies.js';
import { operationIds } from './service.js';

/**
 * Everything belongs to `owner`. `mate`, `reader` and `guest` (with a role that says nothing) share the project, `other` has one of
 * its own, `admin` is in a third; `node` is the account of the bay's nodes, `stray` that of another bay's in the same project;
 * `lost` is the owner with a token for no project, `domain` an administrator with a token for a domain; `nobody` has none.
 */
export const PERSONAS = [
  'owner',
  'mate',
  'reader',
  'guest',
  'other',
  'admin',
  'node',
  'stray',
  'lost',
  'domain',
  'nobody',
] as const;
export type Persona = (typeof PERSONAS)[number];

/** `own`: the list is answered, without the owner's things. */
export type Outcome = 'ok' | 'own' | '401' | '403' | '404';
export type Generation = 'old' | 'new';

/** Whom the rule lets pass, on what they can see: docs/contract/endpoints.md#default-policies. */
const PASS: Readonly<
  Record<Generation, Readonly<Record<Audience, Readonly<Record<DefaultRule['access'], readonly Persona[]>>>>>
> = {
  old: {
    project: {
      read: ['owner', 'mate', 'reader', 'guest', 'other', 'admin'],
      write: ['owner', 'mate', 'reader', 'guest', 'other', 'admin'],
    },
    members: {
      read: ['owner', 'mate', 'reader', 'guest', 'other', 'admin'],
      write: ['owner', 'mate', 'reader', 'guest', 'other', 'admin'],
    },
    user: { read: ['owner', 'admin', 'node'], write: ['owner', 'admin', 'node'] },
    client: { read: ['owner', 'admin'], write: ['owner', 'admin'] },
    nodes: { read: ['node'], write: ['node'] },
    admin: { read: ['admin'], write: ['admin'] },
  },
  new: {
    project: { read: ['owner', 'mate', 'reader', 'other', 'admin'], write: ['owner', 'mate', 'other', 'admin'] },
    members: { read: ['owner', 'mate', 'reader', 'other'], write: ['owner', 'mate', 'other'] },
    user: { read: ['owner', 'admin', 'node'], write: ['owner', 'admin', 'node'] },
    client: { read: ['owner', 'admin'], write: ['owner', 'admin'] },
    nodes: { read: ['node'], write: ['node'] },
    admin: { read: ['admin'], write: ['admin'] },
  },
};

const MATES: readonly Persona[] = ['owner', 'mate', 'reader', 'guest'];
/** They are let in, or not, before it is looked whether there is such a thing. */
const ASKED_FIRST = new RegExp(`^((get|update|delete)Node|create(Container|Federation|X509KeyPair))$|${MANIFESTS.source}`);
/** Of the service and not of a project: nothing to be seen or not. */
const OF_NO_PROJECT = /^(listDrivers|getDriver|listMagnumServices|(list|create|update|delete)Quotas?|getStats)$/;

/** What the default rules, as the contract has them, make a persona meet. */
export function expected(id: OperationId, persona: Persona, generation: Generation): Outcome {
  const { policy, policies, path } = operations[id];
  if (policy === null) return 'ok';
  if (persona === 'nobody') return '401';
  const rule = DEFAULT_RULES[policy];
  const passes = rule !== undefined && PASS[generation][rule.audience][rule.access].includes(persona);
  const seesAll = persona === 'admin' && policies.allProjects !== undefined;
  if (isList(id)) return !passes ? '403' : MATES.includes(persona) || seesAll ? 'ok' : 'own';
  if (OF_NO_PROJECT.test(id)) return passes ? 'ok' : '403';
  // Its path names the project, and the rule is about it.
  if (id === 'getQuota') return passes && persona !== 'other' ? 'ok' : '403';
  const namesAThing = path.includes('{') || REFERRING.test(id) || MANIFESTS.test(id);
  const sees = !namesAThing || MATES.includes(persona) || seesAll || seesAsNode(id, persona);
  if (ASKED_FIRST.test(id)) return !passes ? '403' : sees ? 'ok' : '404';
  return !sees ? '404' : passes ? 'ok' : '403';
}

/** What is made of, or for, something that must be seen first. */
const REFERRING = /^create(Bay|Cluster|Container|Certificate|Federation|X509KeyPair)$/;

/** The account of a bay's nodes finds its own bay, and what belongs to its project beside bays; a rule then refuses it. */
function seesAsNode(id: OperationId, persona: Persona): boolean {
  const { path } = operations[id];
  const isOfBay = /^\/v1\/(bays|clusters|certificates|credentials|addons)/.test(path) && !/^create(Bay|Cluster)$/.test(id);
  return persona === 'node' || (persona === 'stray' && !isOfBay);
}

function isList(id: OperationId): boolean {
  return id.startsWith('list') && !operations[id].path.includes('{') && !OF_NO_PROJECT.test(id) && !MANIFESTS.test(id);
}

/** What a cell takes away is there again for the next one. */
export const TAKES: Partial<Record<OperationId, string>> = {
  deleteBayModel: 'baymodel_ident',
  deleteClusterTemplate: 'clustertemplate_ident',
  deleteContainer: 'container_ident',
  deleteFederation: 'federation_ident',
  deleteX509KeyPair: 'x509keypair_ident',
  deleteQuota: 'quota',
  updateQuota: 'quota',
};

const OWNED = [
  'baymodel_ident',
  'clustertemplate_ident',
  'bay_ident',
  'node_ident',
  'container_ident',
  'federation_ident',
  'x509keypair_ident',
];

/** Whatever is neither hidden nor refused by a rule has passed, also where the request then cannot be done. */
export function outcomeIn(
  id: OperationId,
  reply: { readonly status: number; readonly text: string },
  idents: Readonly<Record<string, string>>,
): Outcome {
  if (reply.status === 401) return '401';
  if (reply.status === 403 && reply.text.includes("Policy doesn't allow")) return '403';
  if (reply.status >= 400 && reply.text.includes('could not be found')) return '404';
  const shows = OWNED.some((name) => reply.text.includes(idents[name] ?? 'nothing'));
  return isList(id) && !shows ? 'own' : 'ok';
}

/** Asks for every cell, prints the table and its size, and returns the cells that are not as they should be. */
export async function askMatrix(
  personas: readonly Persona[],
  generation: Generation,
  ask: (id: OperationId, persona: Persona) => Promise<Outcome>,
): Promise<readonly string[]> {
  const lines = [['operation', ...personas].map((word, index) => word.padEnd(index === 0 ? 34 : 7)).join('')];
  const wrong: string[] = [];
  for (const id of lastDeleted(operationIds())) {
    const cells: Outcome[] = [];
    for (const persona of personas) {
      const got = await ask(id, persona);
      const wanted = expected(id, persona, generation);
      if (got !== wanted) wrong.push(`${id} as ${persona}: ${got}, expected ${wanted}`);
      cells.push(got);
    }
    lines.push([id.padEnd(34), ...cells.map((cell) => cell.padEnd(7))].join(''));
  }
  const [rows, columns] = [operationIds().length, personas.length];
  const size = `${rows} operations × ${columns} personas = ${rows * columns} cells`;
  process.stdout.write(`\n${lines.join('\n')}\n${generation} default rules: ${size}, ${wrong.length} unexpected\n`);
  return wrong;
}

/** What removes things comes last, so that everything is there to be asked for. */
function lastDeleted(ids: readonly OperationId[]): readonly OperationId[] {
  return ids.toSorted((one, other) => Number(one.startsWith('delete')) - Number(other.startsWith('delete')));
}
