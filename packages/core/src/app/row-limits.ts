import { DomainError } from '../domain/errors.js';
import type { LimitedRow } from '../domain/quota.js';
import type { Repositories } from '../ports/store.js';

/** How many rows of each kind a project may have; of node groups a bay. */
interface RowLimits {
  readonly rowLimits: Readonly<Record<LimitedRow, number>>;
}

/** How many a project may have where nothing else is configured (`[quotas] max_…_per_project`); of node groups a bay. */
export const ROW_LIMITS: Readonly<Record<LimitedRow, number>> = {
  bay: 1_000,
  bayModel: 200,
  federation: 100,
  x509KeyPair: 200,
  container: 500,
  nodeRecord: 500,
  nodeGroup: 100,
};

const OPTION = {
  bay: 'max_bays_per_project',
  bayModel: 'max_bay_models_per_project',
  federation: 'max_federations_per_project',
  x509KeyPair: 'max_x509_key_pairs_per_project',
  container: 'max_containers_per_project',
  nodeRecord: 'max_nodes_per_project',
  nodeGroup: 'max_node_groups_per_cluster',
} as const satisfies Record<LimitedRow, string>;

/**
 * To be the first call of the transaction that makes such a row: until it ends no other one counts the project's rows. Rows that a
 * member can make without end would fill the database, and the memory of every process that lists them. Errors: `quota-exceeded`.
 */
export async function requireRowRoom(
  deps: RowLimits,
  repos: Repositories,
  kind: Exclude<LimitedRow, 'nodeGroup'>,
  projectId: string,
): Promise<void> {
  await repos.quotas.hold(projectId);
  const limit = deps.rowLimits[kind];
  if ((await repos.quotas.countRows(kind, projectId)) < limit) return;
  throw new DomainError('quota-exceeded', (words) => {
    const noun = { bay: words.bays, bayModel: words.bayModels, ...NOUNS }[kind];
    return `You have reached the maximum of ${limit} ${noun} of a project. Delete some, or ask for a larger [quotas] ${OPTION[kind]}.`;
  });
}

const NOUNS = {
  federation: 'federations',
  x509KeyPair: 'X.509 key pairs',
  container: 'containers',
  nodeRecord: 'node records',
} as const;

/** The same for the groups of a bay, whose change is one transaction at a time by itself. */
export function requireGroupRoom(deps: RowLimits, count: number): void {
  const limit = deps.rowLimits.nodeGroup;
  if (count < limit) return;
  throw new DomainError(
    'quota-exceeded',
    ({ bay }) =>
      `The ${bay} has reached the maximum of ${limit} node groups. Delete some, or ask for a larger [quotas] ${OPTION.nodeGroup}.`,
  );
}
