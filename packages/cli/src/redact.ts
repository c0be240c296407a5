/**
 * Secrets in what `--debug` prints, which users paste into reports.
 *
 * Secrets come in many places: fields of bodies, environment variables, labels, command lines, addresses of proxies, manifests that are text
 * within a body. So they are found by the words in their names wherever a name stands before a value, and by their form where they have one.
 * What must stay true: a value is rather hidden once too often than shown once. Names of public things, such as key pairs, are excepted.
 */
const SECRET_WORDS = 'passw(?:or)?d|passphrase|passcode|secret|token|key|credentials|adminpass';
/** Names of things that are public, though they contain the word `key`. */
const PUBLIC_NAME = /key_?-?pairs?(?:_?-?id)?$|idempotency-?_?key|^public_?key$|key_placeholder|_secret_id$/i;
const SECRET_NAME = new RegExp(SECRET_WORDS, 'i');
const SECRET_HEADER = /authorization|cookie/i;
const MASK = '***';

/** Private keys in PEM; the end may be missing in a text that was cut. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
/** `http://user:password@host`, also with an `@` in the password. */
const URL_USER = /([a-z][a-z0-9+.-]*:\/\/)([^\s"'<>/@:]*)(:?)[^\s"'<>]*@(?=[\w.[-])/gi;
/** `DB_PASSWORD=x`, `--db-password x`, `password: x`, `"password": "x"`, with quotes around the value or without. */
const ASSIGNMENT = new RegExp(
  `([\\w.-]*(?:${SECRET_WORDS})[\\w.-]*)((?:["']?\\s*[=:]\\s*)|(?<=--[\\w.-]*) +)("(?:[^"\\\\]|\\\\.)*"|'[^']*'|[^\\s,;&"'}\\]]+)`,
  'gi',
);
/** `name: DB_PASSWORD` and `value: x` in a manifest, as variables of containers are written. */
const NAMED_VALUE = new RegExp(
  `(\\bname["']?\\s*:\\s*["']?[\\w.-]*(?:${SECRET_WORDS})[\\w.-]*["']?\\s*,?\\s*["']?value["']?\\s*:\\s*)("(?:[^"\\\\]|\\\\.)*"|'[^']*'|[^\\n,}]+)`,
  'gi',
);
const SECRET_MANIFEST = /\bkind["']?\s*:\s*["']?Secret\b/;

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !PUBLIC_NAME.test(name);
}

export function isSecretHeader(name: string): boolean {
  return SECRET_HEADER.test(name) || isSecretName(name);
}

/** A parameter of a query, whose value may be a command line. */
export function redactParameter(name: string, value: string): string {
  return isSecretName(name) ? MASK : redactText(value);
}

/** A body: JSON, or text. */
export function redactSecrets(text: string): string {
  const data = parseObject(text);
  return data === undefined ? redactText(text) : JSON.stringify(redactValue(data));
}

/** Text in which names stand before values, or which is a manifest. */
export function redactText(text: string): string {
  const data = parseObject(text);
  if (data !== undefined) return JSON.stringify(redactValue(data));
  if (SECRET_MANIFEST.test(text)) return MASK;
  return text
    .replace(PRIVATE_KEY, MASK)
    .replace(URL_USER, (_, scheme: string, user: string, colon: string) => `${scheme}${colon ? `${user}:` : ''}${MASK}@`)
    .replace(NAMED_VALUE, `$1${MASK}`)
    .replace(ASSIGNMENT, (all, name: string, sign: string) => (isSecretName(name) ? `${name}${sign}${MASK}` : all));
}

function parseObject(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && data !== null ? data : undefined;
  } catch {
    return undefined; // a text that only looks like JSON
  }
}

function redactValue(value: unknown, isSecret = false): unknown {
  if (Array.isArray(value)) return value.map((item) => redactValue(item, isSecret));
  if (typeof value === 'object' && value !== null) return redactObject(value, isSecret);
  if (value === null || typeof value === 'boolean') return value;
  if (isSecret) return MASK;
  return typeof value === 'string' ? redactText(value) : value;
}

/** Objects of a login, whose fields are examined one by one. */
const LOGIN_OBJECTS = ['token', 'password'];

function redactObject(value: object, isSecret: boolean): object {
  // `{ name: 'DB_PASSWORD', value: … }` of a manifest, and `{ path: '/labels/db_password', value: … }` of a patch.
  const named = ['name', 'key', 'path'].map((key) => Reflect.get(value, key)).some((name) => isSecretText(name));
  const isManifest = Reflect.get(value, 'kind') === 'Secret';
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === 'token' && isLoginByToken(inner)) return [key, { ...inner, id: MASK }];
      if (LOGIN_OBJECTS.includes(key) && isPlainObject(inner)) return [key, redactObject(inner, false)];
      const isHidden = isSecret || isSecretName(key) || (named && key === 'value');
      return [key, redactValue(inner, isHidden || (isManifest && /^(data|stringData)$/.test(key)))];
    }),
  );
}

/** A login by token sends `{"token": {"id": …}}`. */
function isLoginByToken(value: unknown): value is object {
  return isPlainObject(value) && 'id' in value;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSecretText(name: unknown): boolean {
  return typeof name === 'string' && isSecretName(name);
}
