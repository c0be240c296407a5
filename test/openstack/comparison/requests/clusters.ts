import { ask, group, patch, type Asked } from '../asked.js';

const COLLECTION = '/v1/clusters';
const UNKNOWN = '11111111-2222-4333-8444-555555555555';

function creating(id: string, change: object, version?: string): Asked {
  return ask(id, `POST ${COLLECTION}`, {
    body: { cluster_template_id: '{template}', name: 'wrong', ...change },
    ...(version === undefined ? {} : { version }),
  });
}

const creation = [
  creating('of no template', { cluster_template_id: undefined }),
  creating('of a template that is null', { cluster_template_id: null }),
  creating('of a template that is not there', { cluster_template_id: UNKNOWN }),
  creating('of a template that is not there, at 1.9', { cluster_template_id: 'nobody' }, '1.9'),
  creating('of no nodes, at 1.9', { node_count: 0 }, '1.9'),
  creating('of fewer than no nodes', { node_count: -1 }),
  creating('of a number of nodes in words', { node_count: 'two' }),
  creating('of a fraction of nodes, and of no template that is there', { node_count: 1.5, cluster_template_id: UNKNOWN }),
  creating('of no managers', { master_count: 0 }),
  creating('of many managers without a balancer', { master_count: 3, master_lb_enabled: false }),
  creating('of a name that begins with a digit', { name: '1st' }),
  creating('of a name with a space', { name: 'a b' }),
  creating('of a name too long', { name: 'n'.repeat(243) }),
  creating('in less than no time', { create_timeout: -1 }),
  creating('with a key pair that is not there', { keypair: 'nobody' }),
  creating('with a flavor that is not there', { flavor_id: 'nobody' }),
  creating('with a flavor of managers that is not there', { master_flavor_id: 'nobody' }),
  creating('with labels that are none', { labels: 'a=b' }),
  creating('with a volume of size 0', { docker_volume_size: 0 }),
  creating('with a truth that is none', { floating_ip_enabled: 'maybe' }),
  creating('with an unknown field', { colour: 'red' }),
  creating('with a stack of its own', { stack_id: 'x' }),
  creating('with a project of its own', { project_id: 'x' }),
  creating('of a status that nobody has, and of no template that is there', { status: 'GREAT', cluster_template_id: UNKNOWN }),
  ask('of a list', `POST ${COLLECTION}`, { body: [] }),
  ask('of broken JSON', `POST ${COLLECTION}`, { text: 'cluster' }),
  ask('of no body', `POST ${COLLECTION}`),
  ask('of XML', `POST ${COLLECTION}`, { text: '<cluster/>', headers: { 'content-type': 'application/xml' } }),
  ask('as stranger, of a template of others', `POST ${COLLECTION}`, {
    as: 'stranger',
    body: { cluster_template_id: '{template}' },
  }),
  ask('as it should be', `POST ${COLLECTION}`, {
    body: { cluster_template_id: '{template}', name: 'cluster', keypair: 'demokey', labels: { a: 'b' }, merge_labels: true },
    keep: 'cluster',
  }),
  ask('without a name', `POST ${COLLECTION}`, { body: { cluster_template_id: 'template' }, keep: 'anonymous' }),
];

const reading = [
  ask('one', `GET ${COLLECTION}/{cluster}`, { until: 200 }),
  ask('one without a name', `GET ${COLLECTION}/{anonymous}`, { until: 200 }),
  ask('one by name', `GET ${COLLECTION}/cluster`),
  ask('one at 1.1', `GET ${COLLECTION}/{cluster}`, { version: '1.1' }),
  ask('one with a slash', `GET ${COLLECTION}/{cluster}/`),
  ask('one by the bookmark', 'GET /clusters/{cluster}'),
  ask('one that is not there', `GET ${COLLECTION}/${UNKNOWN}`),
  ask('one as colleague', `GET ${COLLECTION}/{cluster}`, { as: 'colleague' }),
  ask('one as reader', `GET ${COLLECTION}/{cluster}`, { as: 'reader' }),
  ask('one as stranger', `GET ${COLLECTION}/{cluster}`, { as: 'stranger' }),
  ask('one as administrator', `GET ${COLLECTION}/{cluster}`, { as: 'admin' }),
  ask('all', `GET ${COLLECTION}`),
  ask('all, in detail', `GET ${COLLECTION}/detail`),
  ask('all, as reader', `GET ${COLLECTION}`, { as: 'reader' }),
  ask('all, as stranger', `GET ${COLLECTION}`, { as: 'stranger' }),
  ask('all, as administrator', `GET ${COLLECTION}`, { as: 'admin' }),
  ask('one of many', `GET ${COLLECTION}?limit=1`),
  ask('the next one', `GET ${COLLECTION}?limit=1&marker={cluster}`),
  ask('a marker that is not there', `GET ${COLLECTION}?marker=${UNKNOWN}`),
  ask('a limit of 0', `GET ${COLLECTION}?limit=0`),
  ask('by status', `GET ${COLLECTION}?sort_key=status`),
  ask('by nothing that is there', `GET ${COLLECTION}?sort_key=colour`),
  ask('with an unknown question', `GET ${COLLECTION}?colour=red`),
  ask('one, headers alone', `HEAD ${COLLECTION}/{cluster}`),
  ask('one put', `PUT ${COLLECTION}/{cluster}`, { body: {} }),
];

function patching(id: string, body: unknown, version = '1.10'): Asked {
  return ask(id, `PATCH ${COLLECTION}/{cluster}`, { body, version });
}

const change = [
  patching('the name', patch('replace', '/name', 'x')),
  patching('the number of managers', patch('replace', '/master_count', 3)),
  patching('the template', patch('replace', '/cluster_template_id', '{whole}')),
  patching('the stack', patch('replace', '/stack_id', 'x')),
  patching('the address', patch('replace', '/api_address', 'x')),
  patching('a label', patch('add', '/labels/c', 'd')),
  patching('to no nodes, at 1.9', patch('replace', '/node_count', 0), '1.9'),
  patching('to fewer than no nodes', patch('replace', '/node_count', -1)),
  patching('to nodes in words', patch('replace', '/node_count', 'two')),
  patching('what nobody knows', patch('replace', '/colour', 'red')),
  patching('by a copy', [{ op: 'copy', from: '/name', path: '/keypair' }]),
  patching('an object', { node_count: 2 }),
  patching('without a value', patch('replace', '/node_count')),
  patching('the health that nobody has', patch('replace', '/health_status', 'GREAT')),
  ask('with rollback, at 1.2', `PATCH ${COLLECTION}/{cluster}?rollback=true`, {
    body: patch('replace', '/node_count', 2),
    version: '1.2',
  }),
  ask('with an unknown question', `PATCH ${COLLECTION}/{cluster}?colour=red`, { body: patch('replace', '/node_count', 2) }),
  ask('one that is not there', `PATCH ${COLLECTION}/${UNKNOWN}`, { body: patch('replace', '/node_count', 2) }),
  ask('as stranger', `PATCH ${COLLECTION}/{cluster}`, { as: 'stranger', body: patch('replace', '/node_count', 2) }),
  patching('the number of nodes', patch('replace', '/node_count', 2)),
  ask('with rollback', `PATCH ${COLLECTION}/{cluster}?rollback=true`, { body: patch('replace', '/node_count', 1) }),
];

const RESIZE = `POST ${COLLECTION}/{cluster}/actions/resize`;
const UPGRADE = `POST ${COLLECTION}/{cluster}/actions/upgrade`;

const actions = [
  ask('resizing at 1.6', RESIZE, { version: '1.6', body: { node_count: 2 } }),
  ask('resizing to nothing said', RESIZE, { body: {} }),
  ask('resizing to fewer than no nodes', RESIZE, { body: { node_count: -1 } }),
  ask('resizing to no nodes at 1.9', RESIZE, { version: '1.9', body: { node_count: 0 } }),
  ask('resizing to nodes in words', RESIZE, { body: { node_count: 'two' } }),
  ask('resizing a group that is not there', RESIZE, { body: { node_count: 2, nodegroup: 'nobody' } }),
  ask('resizing the managers', RESIZE, { body: { node_count: 3, nodegroup: 'default-master' } }),
  ask('resizing with an unknown field', RESIZE, { body: { node_count: 2, colour: 'red' } }),
  ask('resizing without a body', RESIZE),
  ask('resizing one that is not there', `POST ${COLLECTION}/${UNKNOWN}/actions/resize`, { body: { node_count: 2 } }),
  ask('resizing as stranger', RESIZE, { as: 'stranger', body: { node_count: 2 } }),
  ask('resizing', RESIZE, { body: { node_count: 2 } }),
  ask('resizing at 1.7', RESIZE, { version: '1.7', body: { node_count: 1, nodes_to_remove: [] } }),
  ask('asking for a resize', `GET ${COLLECTION}/{cluster}/actions/resize`),
  ask('upgrading at 1.6', UPGRADE, { version: '1.6', body: { cluster_template: '{whole}' } }),
  ask('upgrading at 1.7', UPGRADE, { version: '1.7', body: { cluster_template: '{whole}' } }),
  ask('upgrading to nothing said', UPGRADE, { body: {} }),
  ask('upgrading to a template that is not there', UPGRADE, { body: { cluster_template: 'nobody' } }),
  ask('upgrading in batches of none', UPGRADE, { body: { cluster_template: '{whole}', max_batch_size: 0 } }),
  ask('upgrading a group that is not there', UPGRADE, { body: { cluster_template: '{whole}', nodegroup: 'nobody' } }),
  ask('an unknown action', `POST ${COLLECTION}/{cluster}/actions/dance`, { body: {} }),
  ask('no action', `POST ${COLLECTION}/{cluster}/actions`, { body: {} }),
  ask('no action, asked for', `GET ${COLLECTION}/{cluster}/actions`),
];

export const CLUSTERS: readonly Asked[] = [
  ...group('making clusters', creation),
  ...group('reading clusters', reading),
  ...group('changing clusters', change),
  ...group('actions', actions),
];

export const NO_CLUSTERS: readonly Asked[] = group('deleting clusters', [
  ask('their template', 'DELETE /v1/clustertemplates/{template}'),
  ask("their template's engine", 'PATCH /v1/clustertemplates/{template}', { body: patch('replace', '/flavor_id', 'm1.medium') }),
  ask("their template's name", 'PATCH /v1/clustertemplates/{template}', { body: patch('replace', '/name', 'template-1') }),
  ask('one that is not there', `DELETE ${COLLECTION}/${UNKNOWN}`),
  ask('one of a name that is not there', `DELETE ${COLLECTION}/nobody`),
  ask('as stranger', `DELETE ${COLLECTION}/{cluster}`, { as: 'stranger' }),
  ask('with an unknown question', `DELETE ${COLLECTION}/{cluster}?colour=red`),
  ask('one by name', `DELETE ${COLLECTION}/cluster`),
  ask('as administrator', `DELETE ${COLLECTION}/{anonymous}`, { as: 'admin' }),
  ask('one, done', `GET ${COLLECTION}/{cluster}`, { until: 404 }),
  ask('another one, done', `GET ${COLLECTION}/{anonymous}`, { until: 404 }),
  ask('one again', `DELETE ${COLLECTION}/{cluster}`),
  ask('their template, now', 'DELETE /v1/clustertemplates/{template}'),
]);
