// A program that uses the SDK, compiled by several releases of the compiler with all checks on. Each line of the form `is<…>()` and each
// expected error is an assertion.
import {
  ApiError,
  applicationCredentialAuth,
  type bayModels,
  ConnectionError,
  type connect,
  createMagnum,
  fromEnv,
  MagnumError,
  NotFoundError,
  passwordAuth,
  type patchOf,
  RedirectError,
  staticToken,
  totpAuth,
  UnsupportedVersionError,
  WaiterError,
  type Accepted,
  type ApiErrorCode,
  type Auth,
  type Bay,
  type BayCreate,
  type BayEvent,
  type BayPlan,
  type BayStatus,
  type BaySummary,
  type Call,
  type CallOptions,
  type Change,
  type ChangesOf,
  type ClientConfig,
  type Cluster,
  type Connection,
  type Container,
  type Credentials,
  type Deletion,
  type Interceptor,
  type JsonPatch,
  type Listing,
  type Logger,
  type Magnum,
  type MagnumOptions,
  type NodeGroup,
  type Pod,
  type Quota,
  type WaitOptions,
  type WithResponse,
} from '@magnum-ts/sdk';
import { connectMinimal } from '@magnum-ts/sdk/minimal';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function is<_Holds extends true>(): void;
type Method<Resource extends keyof Magnum, Name extends keyof Magnum[Resource]> = Magnum[Resource][Name] extends (
  ...given: infer Given
) => infer Result
  ? { given: Given; result: Result }
  : never;
type Result<Resource extends keyof Magnum, Name extends keyof Magnum[Resource]> = Method<Resource, Name>['result'];

export async function answers(magnum: Magnum): Promise<void> {
  is<Equal<Result<'bays', 'get'>, Call<Bay>>>();
  is<Equal<Result<'bays', 'create'>, Change<Bay>>>();
  is<Equal<Result<'bays', 'update'>, Change<Bay>>>();
  is<Equal<Result<'bays', 'delete'>, Deletion<Bay>>>();
  is<Equal<Result<'bays', 'list'>, Listing<BaySummary>>>();
  is<Equal<Result<'bays', 'listDetail'>, Listing<Bay>>>();
  is<Equal<Result<'bays', 'plan'>, Call<BayPlan>>>();
  is<Equal<Result<'bays', 'config'>, Call<ClientConfig>>>();
  is<Equal<Result<'bays', 'follow'>, AsyncIterable<BayEvent>>>();
  is<Equal<Result<'bays', 'waitUntil'>, Promise<Bay>>>();
  is<Equal<Result<'bays', 'waitUntilDeleted'>, Promise<void>>>();
  is<Equal<Result<'clusters', 'get'>, Call<Cluster>>>();
  is<Equal<Result<'clusters', 'resize'>, Change<Cluster>>>();
  is<Equal<Result<'clusters', 'upgrade'>, Change<Cluster>>>();
  is<Equal<Result<'nodeGroups', 'get'>, Call<NodeGroup>>>();
  is<Equal<Result<'nodeGroups', 'delete'>, Call<void>>>();
  is<Equal<Result<'containers', 'get'>, Call<Container>>>();
  is<Equal<Result<'containers', 'logs'>, Call<string>>>();
  is<Equal<Result<'containers', 'start'>, Call<void>>>();
  is<Equal<Result<'pods', 'get'>, Call<Pod>>>();
  is<Equal<Result<'quotas', 'get'>, Call<Quota>>>();
  is<Equal<Result<'credentials', 'rotate'>, Call<Accepted>>>();
  is<Equal<Result<'federations', 'join'>, Call<Accepted>>>();
  const { data, response, requestId } = await magnum.bays.get('b').withResponse();
  is<Equal<typeof data, Bay>>();
  is<Equal<typeof response, Response>>();
  is<Equal<typeof requestId, string | null>>();
  is<Equal<Awaited<ReturnType<Call<Bay>['withResponse']>>, WithResponse<Bay>>>();
  for await (const bay of magnum.bays.list({ status: 'CREATE_FAILED' })) is<Equal<typeof bay, BaySummary>>();
  for await (const page of magnum.bays.list().pages()) is<Equal<typeof page, readonly BaySummary[]>>();
  is<Equal<Awaited<ReturnType<Listing<Bay>['toArray']>>, Bay[]>>();
  const bay = await magnum.bays.create({ baymodel_id: 'm' }).wait({ target: 'CREATE_COMPLETE' });
  is<Equal<typeof bay, Bay>>();
  is<Equal<Bay['node_count'], number>>();
  is<Equal<Bay['api_address'], string | null>>();
  is<Equal<Bay['status'], BayStatus>>();
  const answer: { hello: string } = await magnum.raw<{ hello: string }>({ method: 'GET', path: '/v1' });
  void answer;
}

export function inputs(magnum: Magnum): void {
  // @ts-expect-error a bay needs its model
  void magnum.bays.create({ name: 'b' });
  // @ts-expect-error a number is no text
  void magnum.bays.create({ baymodel_id: 7 });
  // @ts-expect-error there is no such field
  void magnum.bays.create({ baymodel_id: 'm', nod_count: 1 });
  // @ts-expect-error there is no such field
  void magnum.bays.update('b', { nod_count: 3 });
  // @ts-expect-error the wrong type
  void magnum.bays.update('b', { node_count: 'three' });
  // @ts-expect-error a name cannot change
  void magnum.bays.update('b', { name: 'c' });
  // @ts-expect-error it cannot be removed
  void magnum.bayModels.update('m', { image_id: null });
  // @ts-expect-error there is no such filter
  void magnum.bays.list({ colour: 'red' });
  // @ts-expect-error a bay model has no status
  void magnum.bayModels.list({ status: 'CREATE_FAILED' });
  // @ts-expect-error key pairs have no filters
  void magnum.x509KeyPairs.list({ name: 'x' });
  // @ts-expect-error federations have no labels
  void magnum.federations.list({ label: 'x' });
  // @ts-expect-error nodes are those of a bay
  void magnum.nodes.list({ bay: 'x' });
  // @ts-expect-error there is no such status
  void magnum.bays.waitUntil('b', { target: 'DONE' });
  // @ts-expect-error options, not a status
  void magnum.bays.waitUntil('b', 'CREATE_COMPLETE');
  // @ts-expect-error a bay is named by a text
  void magnum.bays.get(7);
  // @ts-expect-error there is no such method
  void magnum.bays.remove('b');
  // @ts-expect-error there is no such resource
  void magnum.bags;
  const absent: undefined | number = undefined;
  void magnum.bays.create({ baymodel_id: 'm', node_count: absent, name: undefined, labels: undefined });
  void magnum.bays.list({ limit: absent, status: undefined });
  void magnum.bayModels.list({ label: 'tier=gold', updated_since: undefined });
  void magnum.nodes.list({ bay_ident: 'b', marker: undefined });
  void magnum.federations.list({ limit: absent });
  void magnum.bays.update('b', { node_count: absent });
  void magnum.bays.update('b', { node_count: 3 });
  void magnum.bays.update('b', [{ op: 'replace', path: '/node_count', value: 3 }]);
  void magnum.bayModels.update('m', { labels: { old: null, new: 'x' }, name: null });
  void magnum.nodeGroups.update('c', 'g', { max_node_count: 4 });
  void magnum.clusters.resize('c', { node_count: 3, nodes_to_remove: ['x'] });
  is<Equal<Parameters<typeof patchOf>[0] extends infer P ? (JsonPatch extends P ? true : false) : never, true>>();
  is<Equal<ChangesOf<'Bay'>['node_count'], number | null | undefined>>();
  const body: BayCreate = { baymodel_id: 'm', labels: { a: 'b' } };
  void body;
}

export function options(signal: AbortSignal | undefined, key: string | undefined, version: string | undefined): Magnum {
  const call: CallOptions = { signal, idempotencyKey: key, timeoutMs: undefined, ifMatch: undefined, onAnswer: undefined };
  const wait: WaitOptions = { signal, timeoutMs: undefined, onEvent: undefined, target: undefined };
  const stamp: Interceptor = (request, next) => next({ ...request, headers: { ...request.headers, 'x-a': '1' } });
  const logger: Logger = console;
  const auth: Auth = passwordAuth({ authUrl: 'https://k.test', username: 'a', password: 'b', projectName: undefined });
  const magnum = createMagnum({ auth, microversion: version, logger, interceptors: [stamp], retries: { attempts: undefined } });
  void magnum.bays.get('b', call);
  void magnum.bays.waitUntil('b', wait);
  createMagnum({
    endpoint: 'https://m.test',
    token: 't',
    interceptors: ({ retry, auth: login, log }) => [retry, login, stamp, log],
  });
  createMagnum(fromEnv({}));
  createMagnum({ auth: staticToken('t'), endpoint: undefined });
  createMagnum({ auth: totpAuth({ authUrl: '', username: 'a', passcode: async () => '1' }) });
  createMagnum({ auth: applicationCredentialAuth({ authUrl: '', name: 'n', username: 'a', secret: 's' }) });
  // @ts-expect-error a token needs an address
  createMagnum({ token: 't' });
  // @ts-expect-error credentials are missing
  createMagnum({ endpoint: 'https://m.test' });
  // @ts-expect-error the smallest form needs a version
  connectMinimal({ endpoint: 'https://m.test', token: 't' });
  is<Equal<Credentials extends Partial<MagnumOptions> ? true : false, true>>();
  return magnum;
}

export function errors(error: unknown): string {
  if (error instanceof NotFoundError) {
    is<Equal<typeof error.status, number>>();
    is<Equal<typeof error.code, ApiErrorCode>>();
    return error.detail;
  }
  if (error instanceof WaiterError) return error.reason ?? error.status;
  if (error instanceof ConnectionError) return error.code === 'proxy-refused' ? 'proxy' : 'line';
  if (error instanceof RedirectError) return error.location ?? '';
  if (error instanceof UnsupportedVersionError) return error.minimum;
  if (error instanceof ApiError) return error.code;
  if (error instanceof MagnumError) {
    is<Equal<typeof error.mayHaveBeenCarriedOut, boolean>>();
    is<Equal<typeof error.requestId, string | undefined>>();
    return error.code;
  }
  return String(error);
}

export async function parts(connection: Connection): Promise<void> {
  const bay = await connection.request('GET', '/v1/bays/{bay_ident}', { params: { bay_ident: 'b' } });
  is<Equal<typeof bay, Bay>>();
  for await (const item of connection.list('/v1/clusters/detail', {})) is<Equal<typeof item, Cluster>>();
  // @ts-expect-error there is no such path
  void connection.request('GET', '/v1/bags', {});
  // @ts-expect-error this path has no POST
  void connection.request('POST', '/v1/bays/detail', {});
  // @ts-expect-error the parameter is missing
  void connection.request('GET', '/v1/bays/{bay_ident}', {});
  // @ts-expect-error the body is missing
  void connection.request('POST', '/v1/bays', {});
  // @ts-expect-error there is no such query
  void connection.list('/v1/bays', { query: { colour: 'red' } });
  is<Equal<ReturnType<typeof bayModels>, Magnum['bayModels']>>();
  is<Equal<ReturnType<typeof connect>, Connection>>();
  is<Equal<ReturnType<typeof connectMinimal>, Connection>>();
}
