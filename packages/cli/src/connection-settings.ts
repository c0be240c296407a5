/**
 * The connection's settings, from options, variables and clouds.yaml.
 *
 * A setting may be given at three levels: an option takes precedence over a variable, and a variable over clouds.yaml. Some settings are
 * alternatives of each other: a project has an id or a name, and a login uses a password, a token or an application credential. An alternative
 * of a higher level therefore removes those of lower levels; otherwise the id of clouds.yaml would win against the name of an option. What must
 * stay true: no option is ignored silently. One that the rest of the settings leaves without effect is an error that names it, since the command
 * would otherwise act on another cloud or project than the user has asked for.
 */
import { CONNECTION_FLAGS, optionOf, variableOf } from './connection-flags.js';
import { UsageError } from './errors.js';

export type Settings = Readonly<Record<string, string>>;
/** Settings by their `OS_*` variables: those of options, of the environment, and of the cloud in clouds.yaml. */
export interface Levels {
  readonly flags: Settings;
  readonly env: Settings;
  readonly cloud: Settings;
}

const PROJECT = ['OS_PROJECT_ID', 'OS_PROJECT_NAME', 'OS_TENANT_ID', 'OS_TENANT_NAME'];
const PROJECT_DOMAIN = ['OS_PROJECT_DOMAIN_ID', 'OS_PROJECT_DOMAIN_NAME'];
const USER = ['OS_USERNAME', 'OS_USER_ID'];
const USER_DOMAIN = ['OS_USER_DOMAIN_ID', 'OS_USER_DOMAIN_NAME'];
const ENDPOINT = ['MAGNUM_ENDPOINT', 'OS_ENDPOINT_OVERRIDE', 'OS_ENDPOINT'];
const INTERFACE = ['OS_INTERFACE', 'OS_ENDPOINT_TYPE'];
const TOKEN = ['OS_TOKEN', 'OS_AUTH_TOKEN'];
const CREDENTIAL = ['OS_APPLICATION_CREDENTIAL_ID', 'OS_APPLICATION_CREDENTIAL_NAME'];
const APPLICATION_CREDENTIAL = [...CREDENTIAL, 'OS_APPLICATION_CREDENTIAL_SECRET'];
const PASSWORD = [...USER, 'OS_PASSWORD', 'OS_PASSCODE'];
const DOMAIN = ['OS_DOMAIN_ID', 'OS_DOMAIN_NAME'];
const TRUST = ['OS_TRUST_ID'];
const SYSTEM = ['OS_SYSTEM_SCOPE'];
const AUTH_TYPE = ['OS_AUTH_TYPE', 'OS_AUTH_PLUGIN'];
const VERIFICATION = ['OS_CACERT', 'OS_INSECURE'];
const CLIENT_CERTIFICATE = ['OS_CERT', 'OS_KEY'];

/** Names of the same thing. The other settings have one name. */
const ALTERNATIVES = [
  PROJECT,
  PROJECT_DOMAIN,
  USER,
  USER_DOMAIN,
  ENDPOINT,
  INTERFACE,
  TOKEN,
  CREDENTIAL,
  DOMAIN,
  AUTH_TYPE,
  VERIFICATION,
  CLIENT_CERTIFICATE,
];
/** Ways to log in, of which one is used. */
const LOGINS = [PASSWORD, TOKEN, APPLICATION_CREDENTIAL];
/** What a token may be for, of which there is one. */
const SCOPES = [PROJECT, DOMAIN, TRUST, SYSTEM];

/** Merges the levels. Throws UsageError for values that are not valid, and for settings that would have no effect. */
export function mergeSettings({ flags, env, cloud }: Levels): Settings {
  const merged: Record<string, string> = { ...cloud };
  for (const level of [env, flags]) {
    removeAlternatives(merged, level);
    Object.assign(merged, level);
  }
  checkValues(merged, flags);
  for (const [names, reason] of findUnused(merged)) {
    for (const name of names.filter((known) => known in merged)) refuseUnused(name, reason, { flags, env, cloud });
  }
  return merged;
}

/** The variables that a connection may read, without empty ones. */
export function connectionVariables(env: Readonly<Record<string, string | undefined>>): Settings {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (isConnection(name) && value ? [[name, value] as const] : [])),
  );
}

function isConnection(name: string): boolean {
  return /^(OS_|MAGNUM_ENDPOINT$)/.test(name) || /^((https?|all|no)_proxy|(HTTPS?|ALL|NO)_PROXY)$/.test(name);
}

/** The variables that replace or add to the settings of a cloud, and that no option replaces. */
export function variablesBeforeCloud({ flags, env, cloud }: Levels): readonly string[] {
  const names = [...ALTERNATIVES, ...LOGINS, ...SCOPES]
    .flat()
    .concat('OS_AUTH_URL', 'OS_REGION_NAME', 'OS_CONTAINER_INFRA_API_VERSION');
  return [...new Set(names)].filter((name) => name in env && !(name in flags) && env[name] !== cloud[name]);
}

function removeAlternatives(merged: Record<string, string>, level: Settings): void {
  const isGiven = (name: string): boolean => name in level;
  const replaced = ALTERNATIVES.filter((names) => names.some(isGiven)).flat();
  const removed = [...replaced, ...othersOf(LOGINS, isGiven), ...othersOf(SCOPES, isGiven)];
  for (const name of removed) Reflect.deleteProperty(merged, name);
  // A type of a lower level must not switch the login of a higher one off.
  const wanted = loginOfType(merged);
  const isOtherLogin = wanted !== undefined && !wanted.some(isGiven) && LOGINS.flat().some(isGiven);
  if (isOtherLogin) for (const name of AUTH_TYPE) Reflect.deleteProperty(merged, name);
}

/** The names of the other choices where one is given: a higher level decides between them. */
function othersOf(choices: readonly (readonly string[])[], isGiven: (name: string) => boolean): readonly string[] {
  const given = choices.filter((names) => names.some(isGiven));
  return given.length > 0 ? choices.filter((names) => !given.includes(names)).flat() : [];
}

/** The settings that the type of login reads; undefined without a type, or for one that is not known here. */
function loginOfType(settings: Settings): readonly string[] | undefined {
  const type = settings['OS_AUTH_TYPE'] ?? settings['OS_AUTH_PLUGIN'];
  if (type === undefined) return undefined;
  if (/^(v3)?applicationcredential$/.test(type)) return APPLICATION_CREDENTIAL;
  if (/^(v3)?token$|^token_endpoint$|^admin_token$/.test(type)) return TOKEN;
  return /^(v3)?(password|totp|multifactor)$/.test(type) ? PASSWORD : undefined;
}

function checkValues(merged: Settings, flags: Settings): void {
  const version = merged['OS_CONTAINER_INFRA_API_VERSION'];
  if (version !== undefined && !/^(1\.\d+|latest|auto)$/.test(version))
    throw new UsageError(
      `${nameOf('OS_CONTAINER_INFRA_API_VERSION', flags)}: ${JSON.stringify(version)} is not a microversion such as 1.9, nor latest`,
    );
  const name = INTERFACE.find((known) => known in merged);
  if (name !== undefined && !/^(public|internal|admin)(URL)?$/.test(merged[name] ?? ''))
    throw new UsageError(`${nameOf(name, flags)}: ${JSON.stringify(merged[name])} is not one of public, internal, admin`);
}

type Unused = readonly [names: readonly string[], reason: string];

/** The settings that have no effect beside the others, each with the reason. The order is that in which `fromEnv` decides. */
function findUnused(merged: Settings): readonly Unused[] {
  const has = (...names: readonly string[]): boolean => names.some((name) => name in merged);
  const endpoint = ENDPOINT.find((name) => has(name));
  const common: Unused[] = [
    ...(endpoint ? [[['OS_REGION_NAME', ...INTERFACE], `the address is given as ${nameInText(endpoint)}`] as const] : []),
    ...(has('OS_PROJECT_ID', 'OS_TENANT_ID')
      ? [[['OS_PROJECT_NAME', 'OS_TENANT_NAME', ...PROJECT_DOMAIN], 'the project is given by its id'] as const]
      : []),
    ...(has(...PROJECT) ? [] : [[PROJECT_DOMAIN, 'no project is given'] as const]),
    ...(has(...TRUST)
      ? [[[...PROJECT, ...PROJECT_DOMAIN, ...DOMAIN, ...SYSTEM], 'a trust has a project of its own'] as const]
      : []),
    ...(has('OS_CERT') ? [] : [[['OS_KEY'], 'there is no certificate (--os-cert)'] as const]),
    ...(/^(1|true|yes|on)$/i.test(merged['OS_INSECURE'] ?? '')
      ? [[['OS_CACERT'], 'certificates are not checked (--insecure)'] as const]
      : []),
  ];
  const scope = [...PROJECT, ...PROJECT_DOMAIN];
  const password = [...PASSWORD, ...USER_DOMAIN];
  const type = loginOfType(merged);
  const isToken = has(...TOKEN) && (type === undefined || type === TOKEN);
  if (endpoint && isToken)
    return [
      [
        ['OS_AUTH_URL', ...scope, ...SCOPES.flat(), ...password, ...APPLICATION_CREDENTIAL],
        'a token with an address needs no login',
      ],
      ...common,
    ];
  const isCredential = has(...CREDENTIAL) && has('OS_APPLICATION_CREDENTIAL_SECRET');
  if (isCredential && (type === undefined || type === APPLICATION_CREDENTIAL))
    return [
      // A credential of a name is one of a user, who has no password here.
      [
        has('OS_APPLICATION_CREDENTIAL_ID') ? [...password, ...TOKEN] : ['OS_PASSWORD', 'OS_PASSCODE', ...TOKEN],
        'the login is by application credential',
      ],
      [[...scope, ...SCOPES.flat()], 'an application credential has a project of its own'],
      ...common,
    ];
  const partial: Unused = [
    APPLICATION_CREDENTIAL,
    isCredential ? 'the login is of another type' : 'an application credential has an id and a secret',
  ];
  if (isToken) return [partial, [password, 'the login is by token'], ...common];
  if (has(...TOKEN)) return [partial, [TOKEN, 'the login is of another type'], ...common];
  const named: Unused[] = has('OS_USER_ID') ? [[['OS_USERNAME', ...USER_DOMAIN], 'the user is given by the id']] : [];
  return [partial, ...named, ...common];
}

/** Variables that are set for other programs too, so that they may be without effect here. */
const OFTEN_SET = ['OS_REGION_NAME', ...INTERFACE, ...PROJECT_DOMAIN, ...USER_DOMAIN];

/** Refuses an option without effect, and a variable that should take precedence over clouds.yaml but cannot. */
function refuseUnused(name: string, reason: string, { flags, env, cloud }: Levels): void {
  const isVariable = name in env && Object.keys(cloud).length > 0 && !OFTEN_SET.includes(name) && !isGivenTwice(name, env);
  if (!(name in flags) && !isVariable) return;
  const remedy = name in flags ? 'Leave it out' : 'Unset it';
  throw new UsageError(`${nameOf(name, flags)} cannot be used: ${reason}. ${remedy}, or change the other setting`);
}

/** True for a name beside an id of the same level, as openrc files have them. */
function isGivenTwice(name: string, level: Settings): boolean {
  return ALTERNATIVES.some((names) => names.includes(name) && names.some((other) => other !== name && other in level));
}

function nameOf(variable: string, flags: Settings): string {
  const flag = CONNECTION_FLAGS.find(
    (known) => variableOf(known) === variable && (known.value ?? flags[variable]) === flags[variable],
  );
  return variable in flags && flag ? optionOf(flag) : variable;
}

function nameInText(endpoint: string): string {
  return endpoint === 'MAGNUM_ENDPOINT' ? '--magnum-endpoint, MAGNUM_ENDPOINT or container_infra_endpoint_override' : endpoint;
}
