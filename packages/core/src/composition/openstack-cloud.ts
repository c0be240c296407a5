import { barbicanVault } from '../adapters/certificates/vault-barbican.js';
import { databaseVault } from '../adapters/certificates/vault-database.js';
import { filesVault } from '../adapters/certificates/vault-files.js';
import { splitVault } from '../adapters/certificates/vault-split.js';
import { lazyAuthority } from '../adapters/certificates/lazy-authority.js';
import { knexStore } from '../adapters/knex/store.js';
import { passwordLogin, type Reference } from '../adapters/openstack/auth.js';
import { originOf, type EndpointChoice, type Neighbour } from '../adapters/openstack/catalog.js';
import { OpenstackCloud } from '../adapters/openstack/cloud.js';
import { KeystoneIdentity, type KeystoneOptions } from '../adapters/openstack/identity.js';
import { openstackOrphans } from '../adapters/openstack/orphans.js';
import { coes } from '../coe/index.js';
import { originsOf } from '../coe/workload-origins.js';
import { cloudSessions, type Sessions } from '../adapters/openstack/sessions.js';
import type { SessionDeps } from '../adapters/openstack/session.js';
import { wirePerNeighbour, wireTo, type Wire, type WireOptions } from '../adapters/openstack/wire.js';
import { heatOrchestrator } from '../adapters/orchestrator/heat.js';
import { aesSealer } from '../adapters/system/sealer.js';
import { knownAddresses } from '../conductor/known-addresses.js';
import type { ConductorDeps } from '../conductor/deps.js';
import type { Config } from '../config/config.js';
import { DomainError } from '../domain/errors.js';
import { Secret } from '../domain/secret.js';
import type { CloudOptions, CloudParts } from './cloud-parts.js';
import { driverChoice } from './driver-choice.js';
import { configuredGuard } from './engine-guard.js';
import { driverRegistry } from './driver-registry.js';
import { namedPem } from './pem-files.js';
import type { Vault } from '../ports/certificates.js';
import type { StackLimits } from '../ports/orchestrator.js';
import type { Platform } from '../ports/platform.js';

/** Whether an OpenStack is configured: then nothing is embedded. */
export function usesOpenstack(config: Config): boolean {
  return keystoneUrl(config) !== null;
}

const nothing = (): Promise<void> => Promise.resolve();

/** The parts of the service over a real OpenStack. */
export function composeOpenstack(platform: Platform, config: Config, options: CloudOptions): CloudParts {
  return { deps: openstackDeps(platform, config, options), mounts: [], start: nothing, stop: nothing };
}

function openstackDeps(platform: Platform, config: Config, { db, sealingKeys, rules, notifier }: CloudOptions): ConductorDeps {
  const { clock } = platform;
  const sealer = aesSealer(...sealingKeys);
  const store = knexStore(db, clock, sealer);
  const database = databaseVault(store, sealer);
  const deps = sessionDeps(platform, config);
  const sessions = cloudSessions(deps, database);
  const authUrl = `${originOf(config.text('keystone_authtoken', 'www_authenticate_uri') ?? deps.keystone)}/v3`;
  return {
    ...platform,
    ...rules,
    store,
    sealer,
    notifier,
    vault: vaultOf(config, database, sessions),
    identity: new KeystoneIdentity(deps, { publicAuthUrl: authUrl, trustees: trusteesOf(config) }),
    orchestrator: heatOrchestrator({
      sessions,
      limits: heatLimits(config),
    }),
    cloud: new OpenstackCloud(deps, sessions, {
      authUrl,
      nodesKeystone: nodesKeystoneOf(config),
      magnumUrl: magnumUrl(config),
      regionName: loginText(config, 'region_name') ?? '',
      cloudCa: namedPem(config, 'drivers', 'openstack_ca_file') ?? '',
      verifyCloudCa: config.flag('drivers', 'verify_ca'),
      serverGroupPolicy: config.text('cluster', 'nodes_affinity_policy') ?? 'soft-anti-affinity',
      dockerVolumeType: config.text('cinder', 'default_docker_volume_type') ?? '',
    }),
    leftovers: openstackOrphans(sessions, originsOf(coes)),
    engines: driverRegistry(
      true,
      driverChoice(platform, config),
      configuredGuard(config, () => neighboursOf(deps)),
    ),
    knownAddresses: knownAddresses(),
    authority: lazyAuthority(clock),
    delegation: sealer,
  };
}

/** Addresses of all services in the catalog. */
async function neighboursOf({ service }: SessionDeps): Promise<readonly string[]> {
  const { document } = await service.token(false, new AbortController().signal);
  return (document.catalog ?? []).flatMap(({ endpoints }) => endpoints.map(({ url }) => url));
}

/** As Heat has them by default, or as the operator says that they are there. */
function heatLimits(config: Config): StackLimits {
  const most = (name: string): number | null => {
    const value = config.number('heat_client', name);
    return value < 0 ? null : value;
  };
  return {
    templateBytes: most('max_template_size'),
    requestBytes: most('max_json_body_size'),
    resources: most('max_resources_per_stack'),
    depth: most('max_nested_stack_depth'),
  };
}

/** Where the key pairs of bays rest: docs/contract/conductor.md#vaults. */
function vaultOf(config: Config, database: Vault, { service }: Sessions): Vault {
  switch (config.text('certificates', 'cert_manager_type')) {
    case 'barbican':
      return splitVault(database, barbicanVault(service));
    case 'local':
      return splitVault(database, filesVault(config.text('certificates', 'storage_path') ?? ''));
    default:
      return database;
  }
}

function sessionDeps({ clock, random, logger }: Platform, config: Config): SessionDeps {
  const wire = wireOf(config);
  const keystone = originOf(keystoneUrl(config) ?? '');
  const password = new Secret(requireLoginText(config, 'password'));
  const userId = loginText(config, 'user_id');
  const projectId = loginText(config, 'project_id');
  const service = passwordLogin(
    { wire, clock },
    {
      keystone,
      user: userId === null ? { name: requireLoginText(config, 'username'), domain: domainOf(config, 'user') } : { id: userId },
      password: () => Promise.resolve(password),
      scope: {
        project:
          projectId === null
            ? { name: loginText(config, 'project_name') ?? 'service', domain: domainOf(config, 'project') }
            : { id: projectId },
      },
      as: 'the service user ([keystone_authtoken])',
      refusedAs: 'cloud-unavailable',
    },
  );
  return {
    wire,
    clock,
    random,
    logger,
    keystone,
    service,
    choice: (neighbour) => choiceOf(config, neighbour),
  };
}

const CLIENT_SECTION: Readonly<Partial<Record<Neighbour, string>>> = {
  orchestration: 'heat_client',
  compute: 'nova_client',
  image: 'glance_client',
  network: 'neutron_client',
  volume: 'cinder_client',
  'load-balancer': 'octavia_client',
  'key-manager': 'barbican_client',
  container: 'magnum_client',
};

/** One wire for all, and one of its own for each service whose section says something about certificates. */
function wireOf(config: Config): Wire {
  const common = {
    ...pems({ ca: loginPem(config, 'cafile'), cert: loginPem(config, 'certfile'), key: loginPem(config, 'keyfile') }),
    insecure: loginFlag(config, 'insecure'),
  };
  const own = Object.entries(CLIENT_SECTION).flatMap(([neighbour, section]) => {
    const given = pems({
      ca: namedPem(config, section, 'ca_file'),
      cert: namedPem(config, section, 'cert_file'),
      key: namedPem(config, section, 'key_file'),
    });
    const insecure = config.flag(section, 'insecure');
    const says = insecure || Object.keys(given).length > 0;
    return says ? [[neighbour, wireTo({ ...common, ...given, insecure: insecure || common.insecure })] as const] : [];
  });
  return wirePerNeighbour(wireTo(common), new Map(own));
}

function pems(given: Readonly<Record<'ca' | 'cert' | 'key', string | undefined>>): WireOptions {
  return Object.fromEntries(Object.entries(given).filter(([, pem]) => pem !== undefined));
}

function loginPem(config: Config, name: string): string | undefined {
  return namedPem(config, 'keystone_auth', name) ?? namedPem(config, 'keystone_authtoken', name);
}

function choiceOf(config: Config, neighbour: Neighbour): ReturnType<SessionDeps['choice']> {
  const section = CLIENT_SECTION[neighbour];
  const region = (section && config.text(section, 'region_name')) ?? loginText(config, 'region_name');
  const asked = ((section && config.text(section, 'endpoint_type')) ?? 'public').replace(/URL$/, '');
  return { region: region ?? undefined, interface: asked === 'internal' || asked === 'admin' ? asked : 'public' };
}

/** `[trust] trustee_keystone_…`; undefined where neither is set. */
function nodesKeystoneOf(config: Config): EndpointChoice | undefined {
  const asked = config.text('trust', 'trustee_keystone_interface');
  const region = config.text('trust', 'trustee_keystone_region_name') ?? undefined;
  if (asked === null && region === undefined) return undefined;
  const word = (asked ?? 'public').replace(/URL$/, '');
  return { region, interface: word === 'internal' || word === 'admin' ? word : 'public' };
}

function trusteesOf(config: Config): KeystoneOptions['trustees'] {
  const text = (name: string): string | null => config.text('trust', name);
  const domain = referenceOf(text('trustee_domain_id'), text('trustee_domain_name'));
  const password = text('trustee_domain_admin_password');
  const [id, name] = [text('trustee_domain_admin_id'), text('trustee_domain_admin_name')];
  if (!domain || password === null || (id === null && name === null)) return undefined;
  const home = referenceOf(text('trustee_domain_admin_domain_id'), text('trustee_domain_admin_domain_name')) ?? domain;
  return { domain, admin: id === null ? { name: name ?? '', domain: home } : { id }, password: new Secret(password) };
}

function referenceOf(id: string | null, name: string | null): Reference | undefined {
  if (id !== null) return { id };
  return name === null ? undefined : { name };
}

function magnumUrl(config: Config): string | null {
  const origin = config.text('api', 'public_url');
  return origin === null ? null : `${origin.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`;
}

function keystoneUrl(config: Config): string | null {
  return loginText(config, 'auth_url');
}

function loginText(config: Config, name: string): string | null {
  return config.text('keystone_auth', name) ?? config.text('keystone_authtoken', name);
}

function loginFlag(config: Config, name: string): boolean {
  return config.flag('keystone_auth', name) || config.flag('keystone_authtoken', name);
}

function domainOf(config: Config, whose: 'user' | 'project'): Reference {
  return referenceOf(loginText(config, `${whose}_domain_id`), loginText(config, `${whose}_domain_name`)) ?? { name: 'Default' };
}

function requireLoginText(config: Config, name: string): string {
  const text = loginText(config, name);
  if (text !== null) return text;
  throw new DomainError('invalid-parameter', {
    field: `[keystone_authtoken] ${name}`,
    message: `[keystone_authtoken] ${name} is not set: with an auth_url, the service needs an account there.`,
  });
}
