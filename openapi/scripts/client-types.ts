import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { isObject, objectAt, type JsonObject } from './json.js';
import { patchableTypes } from './operations.js';
import { METHODS, operationsOf } from './spec.js';
import { withoutVersions } from './versions.js';

/**
 * The types that the SDK brings along, so that it needs no other package: the same schemas and operations, without refusals and headers, which
 * the SDK turns into errors. Half the size of `generated/magnum.d.ts`.
 */
export async function clientTypes(spec: JsonObject): Promise<string> {
  const lean = successesOf(withoutVersions(structuredClone(spec)) as JsonObject); // of an object
  const text = astToString(await openapiTS(lean as unknown as OpenAPI3, { defaultNonNullable: false })); // OpenAPI 3.1, checked by openapi-typescript
  return `// Generated from openapi/magnum.yaml by \`npm run generate\`. Do not edit.\n${withoutAbsent(text)}\n${patchableTypes(spec)}`;
}

/** Removes what only describes refusals and headers. */
function successesOf(spec: JsonObject): JsonObject {
  for (const { body } of operationsOf(spec)) {
    const responses = objectAt(body, 'responses');
    for (const status of Object.keys(responses)) {
      const response = responses[status];
      if (!status.startsWith('2')) delete responses[status];
      else if (isObject(response)) delete response['headers'];
    }
  }
  const components = objectAt(spec, 'components');
  const shared = objectAt(components, 'responses');
  const inUse = JSON.stringify(spec['paths']);
  for (const [name, response] of Object.entries(shared)) {
    if (isObject(response)) delete response['headers'];
    if (!inUse.includes(`"#/components/responses/${name}"`)) delete shared[name];
  }
  for (const part of ['headers', 'securitySchemes']) delete components[part];
  return spec;
}

/** Removes the lines that say what an operation has not, which openapi-typescript writes for each. */
function withoutAbsent(text: string): string {
  const names = ['query', 'header', 'path', 'cookie', 'requestBody', 'options', 'head', 'trace', ...METHODS].join('|');
  return text
    .replace(new RegExp(`^ *(${names})\\?: never;\n`, 'gm'), '')
    .replace(/^ *headers: \{\n *\[name: string\]: unknown;\n *\};\n/gm, '')
    .replace(/^ *parameters: \{\n *\};\n/gm, '')
    .replace(/^ *content\?: never;\n/gm, '')
    .replace(/^ *(responses|headers|pathItems|requestBodies): never;\n/gm, '')
    .replace(/^export type (webhooks|\$defs) = .*\n/gm, '')
    .replace(/^ +/gm, (indent) => ' '.repeat(indent.length / 2));
}
