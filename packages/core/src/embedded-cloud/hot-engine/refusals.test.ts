import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../domain/json.js';
import { aTemplate, aHotEngine, type HotEngineFixture } from './engine.test-support.js';

let hot: HotEngineFixture;
beforeEach(async () => {
  hot = await aHotEngine();
});
afterEach(() => hot.close());

const VALUE = { type: 'OS::Heat::Value', properties: { value: 1 } };
/** A group of as many as one may hold. */
const THOUSAND = { type: 'OS::Heat::ResourceGroup', properties: { count: 1000, resource_def: VALUE } };

test.each<[string, JsonObject, string]>([
  ['type', aTemplate({ a: { type: 'OS::Sahara::Cluster' } }), 'The Resource Type (OS::Sahara::Cluster) could not be found'],
  ['attachment', aTemplate({ a: { type: 'OS::Cinder::VolumeAttachment' } }), 'use block_device_mapping_v2'],
  ['missing template', aTemplate({ a: { type: 'none.yaml' } }), 'none.yaml'],
  [
    'property',
    aTemplate({ a: { type: 'OS::Neutron::Net', properties: { colour: 'red' } } }),
    'Property error: resources.a.properties: Unknown Property colour',
  ],
  [
    'missing property',
    aTemplate({ a: { type: 'OS::Neutron::Subnet', properties: { network: 'x' } } }),
    'Property cidr not assigned',
  ],
  [
    'property value',
    aTemplate({ a: { type: 'OS::Heat::RandomString', properties: { length: 'long' } } }),
    'resources.a.properties.length: expected number',
  ],
  [
    'function',
    aTemplate({ a: { type: 'OS::Heat::Value', properties: { value: { yaql: {} } } } }),
    'The function "yaql" is not supported',
  ],
  ['section', aTemplate({}, { resource_types: {} }), 'The template section is invalid: resource_types'],
  ['version', { heat_template_version: '1999-01-01' }, 'The template version is invalid'],
  [
    'attribute',
    aTemplate({ a: VALUE, b: { type: 'OS::Heat::Value', properties: { value: { get_attr: ['a', 'colour'] } } } }),
    'The Referenced Attribute (a colour) is incorrect.',
  ],
  [
    'resource',
    aTemplate({ b: { type: 'OS::Heat::Value', properties: { value: { get_resource: 'a' } } } }),
    'The specified reference "a" (in resources.b.properties) is incorrect.',
  ],
  [
    'parameter',
    aTemplate({ b: { type: 'OS::Heat::Value', properties: { value: { get_param: 'p' } } } }),
    'The Parameter (p) was not provided.',
  ],
  ['file', aTemplate({ b: { type: 'OS::Heat::Value', properties: { value: { get_file: 'f' } } } }), 'get_file path: f'],
  ['condition', aTemplate({ a: { ...VALUE, condition: 'c' } }), 'Invalid condition "c"'],
  ['circle', aTemplate({ a: { ...VALUE, depends_on: 'b' }, b: { ...VALUE, depends_on: 'a' } }), 'Circular Dependency Found'],
  [
    'deletion policy',
    aTemplate({ a: { ...VALUE, deletion_policy: 'Retain' } }),
    'The deletion_policy Retain of a is not supported',
  ],
  [
    'too many',
    aTemplate(Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`g${at}`, THOUSAND]))),
    'The stack would have 10010 resources',
  ],
  [
    'too long',
    aTemplate({ a: { type: 'OS::Heat::Value', properties: { value: 'x'.repeat(530_000) } } }),
    'more than the 524288 bytes',
  ],
])('an unknown or impossible thing is refused by name before anything is made: %s', async (_, template, words) => {
  const refusal = await hot.create({ template }).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ kind: 'cloud-refused', message: expect.stringContaining(words) });
  expect(await hot.db('hot_stack')).toEqual([]);
});

test.each<[JsonObject, JsonObject, string]>([
  [{ p: { type: 'string' } }, {}, 'The Parameter (p) was not provided.'],
  [{ p: { type: 'number' } }, { p: 'x' }, 'Parameter \'p\' is invalid: "x" is not of type number'],
  [{ p: { type: 'string', constraints: [{ allowed_values: ['a'] }] } }, { p: 'b' }, '"b" is not an allowed value [a]'],
  [{ p: { type: 'number', constraints: [{ range: { min: 1, max: 2 } }] } }, { p: 3 }, 'out of range (min: 1, max: 2)'],
  [{ p: { type: 'string', constraints: [{ length: { min: 2 } }] } }, { p: 'x' }, 'length (1) is out of range'],
  [{ p: { type: 'string', constraints: [{ allowed_pattern: '[a-z]+' }] } }, { p: 'a1' }, 'does not match pattern'],
  [{ p: { type: 'string', hidden: true, constraints: [{ allowed_values: ['a'] }] } }, { p: 'sesame' }, 'the hidden value'],
  [{ p: { type: 'list' } }, {}, 'Invalid type (list)'],
])('parameters %j given %j are refused', async (parameters, given, words) => {
  const refusal = await hot
    .create({ template: aTemplate({}, { parameters }), parameters: given })
    .catch((error: unknown) => error);
  expect(refusal).toMatchObject({ kind: 'cloud-refused', message: expect.stringContaining(words) });
});
