import { ask, group, patch, type Asked } from '../asked.js';
import { TEMPLATE } from './templates.js';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';

const models = [
  ask('making one', 'POST /v1/baymodels', { body: { ...TEMPLATE, name: 'model' }, keep: 'model' }),
  ask('making one without an image', 'POST /v1/baymodels', { body: { ...TEMPLATE, image_id: undefined } }),
  ask('making one with a flavor that is not there', 'POST /v1/baymodels', { body: { ...TEMPLATE, flavor_id: 'nobody' } }),
  ask('making one with an unknown field', 'POST /v1/baymodels', { body: { ...TEMPLATE, colour: 'red' } }),
  ask('making a public one', 'POST /v1/baymodels', { body: { ...TEMPLATE, public: true } }),
  ask('all', 'GET /v1/baymodels'),
  ask('all, in detail', 'GET /v1/baymodels/detail'),
  ask('one of many', 'GET /v1/baymodels?limit=1'),
  ask('one', 'GET /v1/baymodels/{model}', { version: '1.1' }),
  ask('one by name', 'GET /v1/baymodels/model'),
  ask('one as a template', 'GET /v1/clustertemplates/{model}'),
  ask('one as administrator', 'GET /v1/baymodels/{model}', { as: 'admin' }),
  ask('one as stranger', 'GET /v1/baymodels/{model}', { as: 'stranger' }),
  ask('one that is not there', `GET /v1/baymodels/${UNKNOWN}`),
  ask('changing one', 'PATCH /v1/baymodels/{model}', { body: patch('replace', '/name', 'model-1') }),
  ask('changing one badly', 'PATCH /v1/baymodels/{model}', { body: patch('replace', '/name') }),
];

const bays = [
  ask('all', 'GET /v1/bays'),
  ask('all, in detail', 'GET /v1/bays/detail'),
  ask('making one of a model that is not there', 'POST /v1/bays', { version: '1.2', body: { baymodel_id: 'nobody' } }),
  ask('making one of no model', 'POST /v1/bays', { version: '1.2', body: { name: 'bay' } }),
  ask('making one of no nodes', 'POST /v1/bays', { version: '1.2', body: { baymodel_id: '{model}', node_count: 0 } }),
  ask('making one of no managers', 'POST /v1/bays', { version: '1.2', body: { baymodel_id: '{model}', master_count: 0 } }),
  ask('making one with an unknown field', 'POST /v1/bays', { version: '1.2', body: { baymodel_id: '{model}', colour: 1 } }),
  ask('making one of a wrong name', 'POST /v1/bays', { version: '1.2', body: { baymodel_id: '{model}', name: '1st' } }),
  ask('making one', 'POST /v1/bays', { version: '1.2', body: { baymodel_id: '{model}', name: 'bay' }, keep: 'bay' }),
  ask('one', 'GET /v1/bays/{bay}', { until: 200 }),
  ask('one by name', 'GET /v1/bays/bay'),
  ask('one as a cluster', 'GET /v1/clusters/{bay}'),
  ask('one as stranger', 'GET /v1/bays/{bay}', { as: 'stranger' }),
  ask('one as administrator', 'GET /v1/bays/{bay}', { as: 'admin' }),
  ask('all, with one', 'GET /v1/bays'),
  ask('all, with one, in detail', 'GET /v1/bays/detail'),
  ask('renaming one', 'PATCH /v1/bays/{bay}', { version: '1.2', body: patch('replace', '/name', 'x') }),
  ask('rolling one back too early', 'PATCH /v1/bays/{bay}?rollback=true', {
    version: '1.2',
    body: patch('replace', '/node_count', 2),
  }),
  ask('changing one that is not there', `PATCH /v1/bays/${UNKNOWN}`, { body: patch('replace', '/node_count', 2) }),
  ask('deleting one that is not there', `DELETE /v1/bays/${UNKNOWN}`, { version: '1.2' }),
  ask('deleting one', 'DELETE /v1/bays/{bay}', { version: '1.2' }),
  ask('deleting one, done', 'GET /v1/bays/{bay}', { until: 404 }),
];

export const BAYS: readonly Asked[] = [
  ...group('bay models', models),
  ...group('bays', bays),
  ...group('bay models', [
    ask('deleting one that is not there', `DELETE /v1/baymodels/${UNKNOWN}`),
    ask('deleting one', 'DELETE /v1/baymodels/{model}'),
    ask('deleting one again', 'DELETE /v1/baymodels/{model}'),
  ]),
];
