import { ask, group, type Asked } from '../asked.js';

const LIST = 'GET /v1/clustertemplates';
const UNKNOWN = '11111111-2222-4333-8444-555555555555';

const documents = [
  ask('the root', 'GET /', { as: 'nobody' }),
  ask('the root with a token', 'GET /'),
  ask('the root, headers alone', 'HEAD /', { as: 'nobody' }),
  ask('the root, its methods', 'OPTIONS /', { as: 'nobody' }),
  ask('the root, written to', 'POST /', { body: {} }),
  ask('the version', 'GET /v1', { as: 'nobody' }),
  ask('the version with a slash', 'GET /v1/', { as: 'nobody' }),
  ask('the version with a token', 'GET /v1/'),
  ask('the version with a token that nobody knows', 'GET /v1/', { as: 'bad' }),
  ask('the version, headers alone', 'HEAD /v1/', { as: 'nobody' }),
  ask('the version, its methods', 'OPTIONS /v1/', { as: 'nobody' }),
  ask('the version, written to', 'POST /v1/', { body: {} }),
  ask('the version at 1.4', 'GET /v1/', { version: '1.4' }),
  ask('the version at 9.9', 'GET /v1/', { version: '9.9' }),
  ask('the health', 'GET /healthcheck', { as: 'nobody', headers: { accept: 'text/plain' } }),
];

const versions = [
  ...['1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '1.8', '1.9', '1.10'].map((version) =>
    ask(`at ${version}`, LIST, { version }),
  ),
  ask('without a header', LIST, { version: 'none' }),
  ask('latest', LIST, { version: 'container-infra latest' }),
  ask('Latest', LIST, { version: 'container-infra Latest' }),
  ask('latest of another service', LIST, { version: 'compute latest' }),
  ask('newer than Zed', LIST, { version: '1.11' }),
  ask('the newest of all', LIST, { version: '1.14' }),
  ask('too new', LIST, { version: '1.99' }),
  ask('another major', LIST, { version: '2.0' }),
  ask('zero', LIST, { version: '1.0' }),
  ask('too new, and any kind of answer', LIST, { version: '1.99', headers: { accept: '*/*' } }),
  ask('another service', LIST, { version: 'compute 1.5' }),
  ask("upstream's later name of the service", LIST, { version: 'container-infrastructure-management 1.5' }),
  ask("upstream's earlier name of the service", LIST, { version: 'container 1.5' }),
  ask('one word', LIST, { version: 'container-infra ' }),
  ask('a number alone', LIST, { version: '1.5 ' }),
  ask('three words', LIST, { version: 'container-infra 1.5 please' }),
  ask('no number', LIST, { version: 'container-infra x.y' }),
  ask('half a number', LIST, { version: 'container-infra 1' }),
  ask('three numbers', LIST, { version: 'container-infra 1.5.1' }),
  ask('another service, and any kind of answer', LIST, { version: 'compute 1.5', headers: { accept: '*/*' } }),
  ask("Liberty's header", LIST, { version: 'none', headers: { 'x-openstack-magnum-api-version': '1.1' } }),
  ask('of a write, too new', 'POST /v1/clustertemplates', { version: '1.99', body: {} }),
];

const tokens = [
  ask('none', LIST, { as: 'nobody' }),
  ask('an empty one', LIST, { as: 'nobody', headers: { 'x-auth-token': '' } }),
  ask('one that nobody knows', LIST, { as: 'bad' }),
  ask('none, writing', 'POST /v1/clusters', { as: 'nobody', body: {} }),
  ask('none, at an unknown path', 'GET /v1/nope', { as: 'nobody' }),
  ask('none, at an unknown version', LIST, { as: 'nobody', version: '1.99' }),
  ask('none, deleting', `DELETE /v1/clusters/${UNKNOWN}`, { as: 'nobody' }),
  ask('none, asking for methods', 'OPTIONS /v1/clusters', { as: 'nobody' }),
];

const paths = [
  ask('unknown', 'GET /v1/nope'),
  ask('unknown, and any kind of answer', 'GET /v1/nope', { headers: { accept: '*/*' } }),
  ask('unknown at the root', 'GET /nope'),
  ask('another version', 'GET /v2/clusters'),
  ask('under an item', `GET /v1/clustertemplates/${UNKNOWN}/nope`),
  ask('two levels too deep', 'GET /v1/clusters/a/b/c'),
  ask('without the version', 'GET /clustertemplates'),
  ask('with two slashes', 'GET /v1//clustertemplates'),
  ask('with a slash at the end', 'GET /v1/clustertemplates/'),
  ask('in capitals', 'GET /v1/ClusterTemplates'),
  ask('of an earlier era: pods', 'GET /v1/pods'),
  ask('of an earlier era: nodes', 'GET /v1/nodes'),
  ask('of an earlier era: containers', 'GET /v1/containers'),
  ask('of an earlier era: key pairs', 'GET /v1/x509keypairs'),
  ask('written to the wrong way', 'PUT /v1/clustertemplates', { body: {} }),
  ask('a collection deleted', 'DELETE /v1/clustertemplates'),
  ask('a collection patched', 'PATCH /v1/clustertemplates', { body: [] }),
  ask('an item posted to', `POST /v1/clustertemplates/${UNKNOWN}`, { body: {} }),
  ask('an item put', `PUT /v1/clustertemplates/${UNKNOWN}`, { body: {} }),
  ask('a list, headers alone', 'HEAD /v1/clustertemplates'),
  ask('a list, its methods', 'OPTIONS /v1/clustertemplates'),
  ask('an item, its methods', `OPTIONS /v1/clusters/${UNKNOWN}`),
  ask('a list in plain text', LIST, { headers: { accept: 'text/plain' } }),
  ask('a list in any kind', LIST, { headers: { accept: '*/*' } }),
  ask('a list in a kind or JSON', LIST, { headers: { accept: 'text/html,application/json;q=0.5' } }),
  ask('a list in XML', LIST, { headers: { accept: 'application/xml' } }),
];

export const ROOTS: readonly Asked[] = [
  ...group('documents', documents),
  ...group('versions', versions),
  ...group('tokens', tokens),
  ...group('paths', paths),
];
