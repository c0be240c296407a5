import { isJsonObject, type JsonObject, type JsonValue } from '../../../domain/json.js';
import {
  list,
  NOTED,
  optionalText,
  requireReferred,
  REQUIRED_STRING,
  ResourceFailure,
  STRING,
  text,
  type ResourceContext,
  type ResourceType,
} from './type.js';

export const HANDLE = 'OS::Heat::WaitConditionHandle';
export const WAIT_CONDITION = 'OS::Heat::WaitCondition';
const LOOK_AGAIN_AFTER = 2_000;

const handle: ResourceType = {
  properties: {
    signal_transport: {
      ...STRING,
      oneOf: ['CFN_SIGNAL', 'TEMP_URL_SIGNAL', 'HEAT_SIGNAL', 'NO_SIGNAL', 'ZAQAR_SIGNAL', 'TOKEN_SIGNAL'],
      change: 'ignore',
    },
  },
  attributes: ['token', 'endpoint', 'curl_cli'],
  async create(context) {
    // Kept as made: user-data that holds them was written once, and a changed address must not replace servers.
    if (context.attributes['token'] !== undefined) return context.attributes;
    const token = Buffer.from(context.random.bytes(32)).toString('base64url');
    const endpoint = context.signalUrl(context.row);
    const headers = [`X-Auth-Token: ${token}`, 'Content-Type: application/json', 'Accept: application/json'];
    return { token, endpoint, curl_cli: `curl -i -X POST ${headers.map((header) => `-H '${header}'`).join(' ')} ${endpoint}` };
  },
};

const waitCondition: ResourceType = {
  properties: {
    handle: REQUIRED_STRING,
    count: { type: 'number', min: 1, change: 'update' },
    timeout: { type: 'number', required: true, min: 1, max: 43_200, change: 'ignore' },
  },
  attributes: ['data'],
  create: wait,
  update: wait,
};

async function wait(context: ResourceContext): Promise<JsonObject> {
  const source = await requireReferred(context, text(context.properties, 'handle'), [HANDLE]);
  const count = Number(context.properties['count'] ?? 1);
  const deadline = (context.row.startedAt ?? context.clock.now().getTime()) + Number(context.properties['timeout']) * 1000;
  for (;;) {
    await context.simulateSignals(source, count);
    const signals = await context.rows.signals(source.id);
    const failures = signals.filter((signal) => signal.status === 'FAILURE');
    if (failures.length > 0) throw new ResourceFailure('WaitConditionFailure', failures.map((signal) => signal.reason).join(';'));
    if (signals.length >= count) return { data: dataOf(signals) };
    const left = deadline - context.clock.now().getTime();
    if (left <= 0) throw new ResourceFailure('WaitConditionTimeout', `${signals.length} of ${count} received${reasons(signals)}`);
    await context.change(Math.min(left, LOOK_AGAIN_AFTER));
  }
}

function dataOf(signals: readonly { readonly signalId: string; readonly data: JsonValue }[]): string {
  return JSON.stringify(Object.fromEntries(signals.map((signal) => [signal.signalId, signal.data])));
}

function reasons(signals: readonly { readonly reason: string }[]): string {
  return signals.length > 0 ? ` - ${signals.map((signal) => signal.reason).join(';')}` : '';
}

const softwareConfig: ResourceType = {
  properties: {
    config: { type: 'any' },
    group: STRING,
    inputs: { type: 'list' },
    outputs: { type: 'list' },
    options: { type: 'map' },
  },
  attributes: ['config'],
  async create({ properties }) {
    const { config } = properties;
    return {
      config: typeof config === 'string' ? config : config === undefined || config === null ? '' : JSON.stringify(config),
    };
  },
};

const multipart: ResourceType = {
  properties: { parts: { type: 'list', required: true }, group: NOTED },
  attributes: ['config'],
  async create(context) {
    // The boundary is derived, so that repeating gives the same text.
    const boundary = `===============${context.row.id.replaceAll('-', '')}==`;
    const parts = await Promise.all(
      list(context.properties, 'parts')
        .filter(isJsonObject)
        .map((part) => mimePart(context, part)),
    );
    const lines = [
      `Content-Type: multipart/mixed; boundary="${boundary}"`,
      'MIME-Version: 1.0',
      '',
      ...parts.flatMap((part) => [`--${boundary}`, part]),
      `--${boundary}--`,
      '',
    ];
    return { config: lines.join('\n') };
  },
};

async function mimePart(context: ResourceContext, part: JsonObject): Promise<string> {
  const type = optionalText(part, 'type') ?? 'text';
  if (type !== 'text') throw new ResourceFailure('BadRequest', `parts of type "${type}" are not supported`);
  const given = text(part, 'config');
  const config = /^[0-9a-f-]{36}$/.test(given) ? await context.rows.ofProject(context.projectId, given) : undefined;
  const body = config ? text(config.attributes ?? {}, 'config') : given;
  const filename = optionalText(part, 'filename');
  return [
    `Content-Type: text/${optionalText(part, 'subtype') ?? mimeSubtype(body)}; charset="utf-8"`,
    'MIME-Version: 1.0',
    'Content-Transfer-Encoding: base64',
    ...(filename === undefined ? [] : [`Content-Disposition: attachment; filename="${filename.replaceAll(/["\r\n]/g, '')}"`]),
    '',
    Buffer.from(body).toString('base64').replaceAll(/.{76}/g, '$&\n'),
    '',
  ].join('\n');
}

/** cloud-init takes a text's kind from its first line where the header does not give it. */
function mimeSubtype(body: string): string {
  return body.startsWith('#cloud-config') ? 'cloud-config' : body.startsWith('#!') ? 'x-shellscript' : 'plain';
}

const value: ResourceType = {
  properties: { value: { type: 'any', required: true, change: 'update' }, type: { ...STRING, change: 'ignore' } },
  attributes: ['value'],
  create: async ({ properties }) => ({ value: properties['value'] ?? null }),
  update: async ({ properties }) => ({ value: properties['value'] ?? null }),
};

const ALPHABETS: Readonly<Record<string, string>> = {
  lettersdigits: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  lowercase: 'abcdefghijklmnopqrstuvwxyz',
  uppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  digits: '0123456789',
  hexdigits: '0123456789ABCDEF',
  octdigits: '01234567',
};

const randomString: ResourceType = {
  properties: {
    length: { type: 'number', min: 1, max: 512 },
    sequence: { ...STRING, oneOf: Object.keys(ALPHABETS) },
    salt: STRING,
    character_classes: { type: 'list' },
  },
  attributes: ['value'],
  async create({ properties, random, attributes }) {
    if (attributes['value'] !== undefined) return attributes;
    if (list(properties, 'character_classes').length > 1)
      throw new ResourceFailure('BadRequest', 'more than one character class is not supported');
    const [one] = list(properties, 'character_classes');
    const name = isJsonObject(one) ? optionalText(one, 'class') : optionalText(properties, 'sequence');
    const alphabet = ALPHABETS[name ?? 'lettersdigits'] ?? '';
    return {
      value: Array.from({ length: Number(properties['length'] ?? 32) }, () => alphabet[random.below(alphabet.length)] ?? '').join(
        '',
      ),
    };
  },
  reference: (row) => row.attributes?.['value'],
};

const none: ResourceType = { properties: {}, attributes: [], create: async () => ({}), update: async () => ({}) };

export const NONE = 'OS::Heat::None';
export const heatTypes: Readonly<Record<string, ResourceType>> = {
  [HANDLE]: handle,
  [WAIT_CONDITION]: waitCondition,
  'OS::Heat::SoftwareConfig': softwareConfig,
  'OS::Heat::MultipartMime': multipart,
  'OS::Heat::Value': value,
  'OS::Heat::RandomString': randomString,
  [NONE]: none,
};
