import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { isObject, objectAt, textAt, textsAt, type Json, type JsonObject } from './json.js';
import { patchableTypes } from './operations.js';
import { follow, operationsOf, type SpecOperation } from './spec.js';
import { withoutVersions } from './versions.js';

/**
 * The types that the SDK brings along, so that it needs no other package: its schemas as openapi-typescript writes them, and the operations in a
 * form of their own, without refusals, headers and examples, which no caller of a method sees. A third of `generated/magnum.d.ts`, since every
 * installation has them on its disk, and every compilation reads them.
 */
export async function clientTypes(spec: JsonObject): Promise<string> {
  const lean = withoutVersions(structuredClone(spec)) as JsonObject; // of an object
  const queries = new Queries();
  const paths = pathsOf(lean, queries);
  return [
    '// Generated from openapi/magnum.yaml by `npm run generate`. Do not edit.\n',
    `/** The operations by path and method: query, body and answer; \`undefined\` for an answer without a body. */\nexport interface Paths {\n${paths}}\n`,
    `/** Queries, by the first operation that has them. */\nexport interface Queries {\n${queries.text()}}\n`,
    `/** The placeholders of the paths. */\nexport interface PathParameters {\n${pathParametersOf(lean)}}\n`,
    `export interface Schemas {\n${await schemasText(lean)}}\n`,
    `\n${patchableTypes(spec)}`,
  ].join('');
}

function pathsOf(spec: JsonObject, queries: Queries): string {
  const operations = operationsOf(spec);
  return [...new Set(operations.map(({ path }) => path))]
    .map((path) => {
      const own = operations.filter((operation) => operation.path === path);
      return `  ${JSON.stringify(path)}: {\n${own.map((operation) => operationText(spec, operation, queries)).join('')}  };\n`;
    })
    .join('');
}

function operationText(spec: JsonObject, { method, body, parameters }: SpecOperation, queries: Queries): string {
  const asked = parameters.filter((parameter) => parameter['in'] === 'query');
  const isNeeded = asked.some((parameter) => parameter['required'] === true);
  const query =
    asked.length === 0 ? [] : [`query${isNeeded ? '' : '?'}: ${queries.nameOf(asked, textAt(body, 'operationId') ?? '')}`];
  const request = isObject(body['requestBody']) ? follow(spec, body['requestBody']) : undefined;
  const sent = request && [`body${request['required'] === true ? '' : '?'}: ${bodyText(request) ?? 'unknown'}`];
  const successes = Object.entries(objectAt(body, 'responses')).filter(([status]) => status.startsWith('2'));
  const answers = successes.map(([, response]) => bodyText(follow(spec, response)) ?? 'undefined');
  return `    ${method}: { ${[...query, ...(sent ?? []), `answer: ${[...new Set(answers)].join(' | ')}`].join('; ')} };\n`;
}

/** The type of a body in JSON; undefined where there is none. */
function bodyText(message: JsonObject): string | undefined {
  const schema = objectAt(message, 'content', 'application/json')['schema'];
  return isObject(schema) ? typeText(schema) : undefined;
}

/** The type of a schema that has no fields of its own: a reference, or a simple value. */
function typeText(schema: JsonObject): string {
  const name = textAt(schema, '$ref')?.replace('#/components/schemas/', '');
  if (name !== undefined) return `Schemas[${JSON.stringify(name)}]`;
  const choices = textsAt(schema, 'enum');
  if (choices.length > 0) return choices.map((choice) => JSON.stringify(choice)).join(' | ');
  const type = SIMPLE[textAt(schema, 'type') ?? ''];
  if (type === undefined) throw new Error(`give the schema ${JSON.stringify(schema)} a name in components/schemas`);
  return type;
}
const SIMPLE: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** Queries that are written once: most lists have the same one. */
class Queries {
  readonly #names = new Map<string, string>();

  nameOf(parameters: readonly JsonObject[], operation: string): string {
    const text = parameters.map(parameterText).join('');
    const name = this.#names.get(text) ?? operation;
    this.#names.set(text, name);
    return `Queries[${JSON.stringify(name)}]`;
  }

  text(): string {
    return [...this.#names].map(([text, name]) => `  ${name}: {\n${text}  };\n`).join('');
  }
}

function parameterText(parameter: JsonObject): string {
  const about = textAt(parameter, 'description');
  const comment = about === undefined ? '' : `    /** ${about} */\n`;
  const type = typeText(objectAt(parameter, 'schema'));
  const name = textAt(parameter, 'name');
  // Undefined is not sent, so that a caller can hand on what may be absent.
  return `${comment}    ${parameter['required'] === true ? `${name}: ${type}` : `${name}?: ${type} | undefined`};
`;
}

function pathParametersOf(spec: JsonObject): string {
  const found = new Map<string, string | undefined>();
  for (const { parameters } of operationsOf(spec))
    for (const parameter of parameters.filter((one) => one['in'] === 'path')) {
      const name = textAt(parameter, 'name') ?? '';
      if (!found.has(name)) found.set(name, textAt(parameter, 'description'));
    }
  return [...found].map(([name, about]) => `  /** ${about} */\n  ${name}: string;\n`).join('');
}

/** The schemas that requests and successes lead to. */
async function schemasText(spec: JsonObject): Promise<string> {
  const all = objectAt(spec, 'components', 'schemas');
  const used = new Set<string>();
  const visit = (value: Json): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(all[name] ?? {});
    }
  };
  for (const { body, parameters } of operationsOf(spec)) {
    visit([...parameters, isObject(body['requestBody']) ? follow(spec, body['requestBody']) : null]);
    for (const [status, response] of Object.entries(objectAt(body, 'responses')))
      if (status.startsWith('2')) visit(follow(spec, response));
  }
  const schemas = Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)));
  const document = { openapi: '3.1.0', info: { title: '', version: '' }, paths: {}, components: { schemas } };
  const text = astToString(await openapiTS(document as unknown as OpenAPI3, { defaultNonNullable: false })); // OpenAPI 3.1, checked by openapi-typescript
  const [, block] = /\n {4}schemas: \{\n([^]*?)\n {4}\};\n/.exec(text) ?? [];
  if (block === undefined) throw new Error('openapi-typescript writes schemas in another form; read what it writes, and follow');
  return `${block.replaceAll('components["schemas"]', 'Schemas').replace(/^ +/gm, (indent) => ' '.repeat(indent.length / 2 - 2))}\n`;
}
