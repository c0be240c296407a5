import { ask, group, patch, type Asked } from '../asked.js';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';

const certificates = [
  ask('all', 'GET /v1/certificates'),
  ask('of a cluster that is not there', `GET /v1/certificates/${UNKNOWN}`),
  ask('of a cluster', 'GET /v1/certificates/{cluster}'),
  ask('of a cluster by name', 'GET /v1/certificates/cluster'),
  ask('of a cluster, for etcd', 'GET /v1/certificates/{cluster}?ca_cert_type=etcd'),
  ask('of a cluster, with an unknown question', 'GET /v1/certificates/{cluster}?colour=red'),
  ask('of a cluster, as reader', 'GET /v1/certificates/{cluster}', { as: 'reader' }),
  ask('of a cluster, as stranger', 'GET /v1/certificates/{cluster}', { as: 'stranger' }),
  ask('signing for a cluster that is not there', 'POST /v1/certificates', { body: { cluster_uuid: UNKNOWN, csr: '{csr}' } }),
  ask('signing for no cluster', 'POST /v1/certificates', { body: { csr: '{csr}' } }),
  ask('signing nothing', 'POST /v1/certificates', { body: { cluster_uuid: '{cluster}' } }),
  ask('signing nonsense', 'POST /v1/certificates', { body: { cluster_uuid: '{cluster}', csr: 'please' } }),
  ask('signing', 'POST /v1/certificates', { body: { cluster_uuid: '{cluster}', csr: '{csr}' } }),
  ask('signing with an unknown field', 'POST /v1/certificates', { body: { cluster_uuid: '{cluster}', csr: '{csr}', colour: 1 } }),
  ask('signing as stranger', 'POST /v1/certificates', { as: 'stranger', body: { cluster_uuid: '{cluster}', csr: '{csr}' } }),
  ask('rotating one that is not there', `PATCH /v1/certificates/${UNKNOWN}`),
  ask('deleting one', 'DELETE /v1/certificates/{cluster}'),
];

const quota = { project_id: '{project}', resource: 'Cluster', hard_limit: 5 };
const QUOTA = '/v1/quotas/{project}/Cluster';

const quotas = [
  ask('all, as anybody', 'GET /v1/quotas'),
  ask('all', 'GET /v1/quotas', { as: 'admin' }),
  ask('all of all projects', 'GET /v1/quotas?all_tenants=True', { as: 'admin' }),
  ask('of the own project', `GET ${QUOTA}`),
  ask('of the own project, as reader', `GET ${QUOTA}`, { as: 'reader' }),
  ask('of another project', `GET ${QUOTA}`, { as: 'stranger' }),
  ask('of another project, as administrator', `GET ${QUOTA}`, { as: 'admin' }),
  ask('of another resource', 'GET /v1/quotas/{project}/Cheese', { as: 'admin' }),
  ask('of no resource', 'GET /v1/quotas/{project}', { as: 'admin' }),
  ask('making one as anybody', 'POST /v1/quotas', { body: quota }),
  ask('making one', 'POST /v1/quotas', { as: 'admin', body: quota }),
  ask('making one again', 'POST /v1/quotas', { as: 'admin', body: quota }),
  ask('making one of no project', 'POST /v1/quotas', { as: 'admin', body: { resource: 'Cluster', hard_limit: 1 } }),
  ask('making one of a project that is not there', 'POST /v1/quotas', { as: 'admin', body: { ...quota, project_id: 'nobody' } }),
  ask('making one of another resource', 'POST /v1/quotas', { as: 'admin', body: { ...quota, resource: 'Cheese' } }),
  ask('making one below none', 'POST /v1/quotas', { as: 'admin', body: { ...quota, hard_limit: -1 } }),
  ask('making one with an unknown field', 'POST /v1/quotas', { as: 'admin', body: { ...quota, colour: 'red' } }),
  ask('all that there are', 'GET /v1/quotas?all_tenants=True', { as: 'admin' }),
  ask('one of many', 'GET /v1/quotas?all_tenants=True&limit=1', { as: 'admin' }),
  ask('by nothing that is there', 'GET /v1/quotas?sort_key=colour', { as: 'admin' }),
  ask('one', `GET ${QUOTA}`),
  ask('changing one as anybody', `PATCH ${QUOTA}`, { body: { hard_limit: 6 } }),
  ask('changing one', `PATCH ${QUOTA}`, { as: 'admin', body: { ...quota, hard_limit: 7 } }),
  ask('changing one by a patch', `PATCH ${QUOTA}`, { as: 'admin', body: patch('replace', '/hard_limit', 7) }),
  ask('changing one that is not there', 'PATCH /v1/quotas/nobody/Cluster', { as: 'admin', body: { hard_limit: 6 } }),
  ask('deleting one as anybody', `DELETE ${QUOTA}`),
  ask('deleting one', `DELETE ${QUOTA}`, { as: 'admin' }),
  ask('deleting one again', `DELETE ${QUOTA}`, { as: 'admin' }),
];

const stats = [
  ask('own', 'GET /v1/stats'),
  ask('of all, as administrator', 'GET /v1/stats', { as: 'admin' }),
  ask('of a project, as administrator', 'GET /v1/stats?project_id={project}', { as: 'admin' }),
  ask('of the own project', 'GET /v1/stats?project_id={project}'),
  ask('of another project', 'GET /v1/stats?project_id={project}', { as: 'stranger' }),
  ask('of clusters', 'GET /v1/stats?type=cluster'),
  ask('of Clusters', 'GET /v1/stats?type=Cluster'),
  ask('of cheese', 'GET /v1/stats?type=cheese'),
  ask('with an unknown question', 'GET /v1/stats?colour=red'),
  ask('written', 'POST /v1/stats', { body: {} }),
];

const services = [
  ask('as anybody', 'GET /v1/mservices'),
  ask('as administrator', 'GET /v1/mservices', { as: 'admin' }),
  ask('as administrator, with a slash', 'GET /v1/mservices/', { as: 'admin' }),
  ask('with a question', 'GET /v1/mservices?limit=1', { as: 'admin' }),
  ask('one', 'GET /v1/mservices/1', { as: 'admin' }),
  ask('written', 'POST /v1/mservices', { as: 'admin', body: {} }),
];

const federations = [
  ask('all', 'GET /v1/federations'),
  ask('all, in detail', 'GET /v1/federations/detail'),
  ask('one that is not there', `GET /v1/federations/${UNKNOWN}`),
  ask('making one of no host', 'POST /v1/federations', { body: { properties: { 'dns-zone': 'x' } } }),
  ask('making one of a host that is not there', 'POST /v1/federations', {
    body: { hostcluster_id: UNKNOWN, properties: { 'dns-zone': 'x' } },
  }),
  ask('making one without properties', 'POST /v1/federations', { body: { hostcluster_id: '{cluster}' } }),
  ask('making one without a zone', 'POST /v1/federations', { body: { hostcluster_id: '{cluster}', properties: { a: 'b' } } }),
  ask('making one with an unknown field', 'POST /v1/federations', { body: { hostcluster_id: '{cluster}', colour: 'red' } }),
  ask('making one', 'POST /v1/federations', {
    body: { name: 'federation', hostcluster_id: '{cluster}', properties: { 'dns-zone': 'x' } },
    keep: 'federation',
  }),
  ask('changing one that is not there', `PATCH /v1/federations/${UNKNOWN}`, { body: patch('add', '/member_ids', '{cluster}') }),
  ask('deleting one that is not there', `DELETE /v1/federations/${UNKNOWN}`),
  ask('deleting one', 'DELETE /v1/federations/{federation}'),
];

export const OTHERS: readonly Asked[] = [
  ...group('certificates', certificates),
  ...group('quotas', quotas),
  ...group('stats', stats),
  ...group('services', services),
  ...group('federations', federations),
];
