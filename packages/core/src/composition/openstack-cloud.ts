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
import { NO_LOCAL_IMAGES } from '../adapters/system/local-images.js';
import { aesSealer } from '../adapters/system/sealer.js';
import { knownAddresses } from '../conductor/known-addresses.js';
import type { ConductorDeps } from '../conductor/deps.js';
import type { Config, Sections } from '../config/config.js';
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
  return loginOf(config).auth_url !== null;
}

const nothing = (): Promise<void> => Promise.resolve();

/** The parts of the service over a real OpenStack. */
export function composeOpenstack(platform: Platform, config: Config, options: CloudOptions): CloudParts {
  return { deps: openstackDeps(platform, config, options), mounts: [], start: nothing, stop: nothing };
}

function openstackDeps(platform: Platform, config: Config, options: CloudOptions): ConductorDeps {
  const { db, sealingKeys, rules, notifier, postInstall = null } = options;
  const { clock } = platform;
  const sealer = aesSealer(...sealingKeys);
  const store = knexStore(db, clock, sealer);
  const database = databaseVault(store, sealer);
  const deps = sessionDeps(platform, config);
  const sessions = cloudSessions(deps, database);
  const authUrl = `${originOf(config.sections.keystone_authtoken.www_authenticate_uri ?? deps.keystone)}/v3`;
  return {
    ...platform,
    ...rules,
    store,
    sealer,
    notifier,
    postInstall,
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
      regionName: loginOf(config).region_name ?? '',
      cloudCa: namedPem('[drivers] openstack_ca_file', config.sections.drivers.openstack_ca_file) ?? '',
      verifyCloudCa: config.sections.drivers.verify_ca,
      serverGroupPolicy: config.sections.cluster.nodes_affinity_policy,
      dockerVolumeType: config.sections.cinder.default_docker_volume_type ?? '',
    }),
    localImages: NO_LOCAL_IMAGES,
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
  const heat = config.sections.heat_client;
  return {
    templateBytes: heat.max_template_size,
    requestBytes: heat.max_json_body_size,
    resources: heat.max_resources_per_stack < 0 ? null : heat.max_resources_per_stack,
    depth: heat.max_nested_stack_depth,
  };
}

/** Where the key pairs of bays rest: docs/contract/conductor.md#vaults. */
function vaultOf(config: Config, database: Vault, { service }: Sessions): Vault {
  switch (config.sections.certificates.cert_manager_type) {
    case 'barbican':
      return splitVault(database, barbicanVault(service));
    case 'local':
      return splitVault(database, filesVault(config.sections.certificates.storage_path ?? ''));
    default:
      return database;
  }
}

function sessionDeps({ clock, random, logger }: Platform, config: Config): SessionDeps {
  const wire = wireOf(config);
  const login = loginOf(config);
  const keystone = originOf(login.auth_url ?? '');
  const password = new Secret(requireLogin(login, 'password'));
  const { user_id: userId, project_id: projectId } = login;
  const service = passwordLogin(
    { wire, clock },
    {
      keystone,
      user: userId === null ? { name: requireLogin(login, 'username'), domain: userDomain(login) } : { id: userId },
      password: () => Promise.resolve(password),
      scope: {
        project: projectId === null ? { name: login.project_name ?? 'service', domain: projectDomain(login) } : { id: projectId },
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

const CLIENT_SECTION = {
  orchestration: 'heat_client',
  compute: 'nova_client',
  image: 'glance_client',
  network: 'neutron_client',
  volume: 'cinder_client',
  'load-balancer': 'octavia_client',
  'key-manager': 'barbican_client',
  container: 'magnum_client',
} as const satisfies Partial<Record<Neighbour, keyof Sections>>;

function clientOf(config: Config, neighbour: Neighbour): Sections['magnum_client'] | undefined {
  const sections: Partial<Record<Neighbour, keyof typeof config.sections & `${string}_client`>> = CLIENT_SECTION;
  const section = sections[neighbour];
  return section && config.sections[section];
}

/** One wire for all, and one of its own for each service whose section says something about certificates. */
function wireOf(config: Config): Wire {
  const common = {
    ...pems({ ca: loginPem(config, 'cafile'), cert: loginPem(config, 'certfile'), key: loginPem(config, 'keyfile') }),
    insecure: loginOf(config).insecure,
  };
  const own = Object.entries(CLIENT_SECTION).flatMap(([neighbour, section]) => {
    const { ca_file, cert_file, key_file, insecure } = config.sections[section];
    const given = pems({
      ca: namedPem(`[${section}] ca_file`, ca_file),
      cert: namedPem(`[${section}] cert_file`, cert_file),
      key: namedPem(`[${section}] key_file`, key_file),
    });
    const says = insecure || Object.keys(given).length > 0;
    return says ? [[neighbour, wireTo({ ...common, ...given, insecure: insecure || common.insecure })] as const] : [];
  });
  return wirePerNeighbour(wireTo(common), new Map(own));
}

function pems(given: Readonly<Record<'ca' | 'cert' | 'key', string | undefined>>): WireOptions {
  return Object.fromEntries(Object.entries(given).filter(([, pem]) => pem !== undefined));
}

function loginPem({ sections }: Config, name: 'cafile' | 'certfile' | 'keyfile'): string | undefined {
  const section = sections.keystone_auth[name] === null ? 'keystone_authtoken' : 'keystone_auth';
  return namedPem(`[${section}] ${name}`, sections[section][name]);
}

function choiceOf(config: Config, neighbour: Neighbour): ReturnType<SessionDeps['choice']> {
  const client = clientOf(config, neighbour);
  const region = client?.region_name ?? loginOf(config).region_name;
  const asked = (client?.endpoint_type ?? 'public').replace(/URL$/, '');
  return { region: region ?? undefined, interface: asked === 'internal' || asked === 'admin' ? asked : 'public' };
}

/** `[trust] trustee_keystone_…`; undefined where neither is set. */
function nodesKeystoneOf(config: Config): EndpointChoice | undefined {
  const asked = config.sections.trust.trustee_keystone_interface;
  const region = config.sections.trust.trustee_keystone_region_name ?? undefined;
  if (asked === null && region === undefined) return undefined;
  const word = (asked ?? 'public').replace(/URL$/, '');
  return { region, interface: word === 'internal' || word === 'admin' ? word : 'public' };
}

function trusteesOf({ sections: { trust } }: Config): KeystoneOptions['trustees'] {
  const domain = referenceOf(trust.trustee_domain_id, trust.trustee_domain_name);
  const { trustee_domain_admin_password: password, trustee_domain_admin_id: id, trustee_domain_admin_name: name } = trust;
  if (!domain || password === null || (id === null && name === null)) return undefined;
  const home = referenceOf(trust.trustee_domain_admin_domain_id, trust.trustee_domain_admin_domain_name) ?? domain;
  return { domain, admin: id === null ? { name: name ?? '', domain: home } : { id }, password: new Secret(password) };
}

function referenceOf(id: string | null, name: string | null): Reference | undefined {
  if (id !== null) return { id };
  return name === null ? undefined : { name };
}

function magnumUrl(config: Config): string | null {
  const origin = config.sections.api.public_url;
  return origin === null ? null : `${origin.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`;
}

type Login = Sections['keystone_auth'];

/** `[keystone_auth]`; what it does not set comes from `[keystone_authtoken]`. */
function loginOf({ sections: { keystone_auth: own, keystone_authtoken: base } }: Config): Login {
  return { ...base, ...present(own), insecure: own.insecure || base.insecure };
}

function present<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Partial<T>; // some of its own entries
}

function userDomain({ user_domain_id: id, user_domain_name: name }: Login): Reference {
  return referenceOf(id, name) ?? { name: 'Default' };
}

function projectDomain({ project_domain_id: id, project_domain_name: name }: Login): Reference {
  return referenceOf(id, name) ?? { name: 'Default' };
}

function requireLogin(login: Login, name: 'username' | 'password'): string {
  const text = login[name];
  if (text !== null) return text;
  throw new DomainError('invalid-parameter', {
    field: `[keystone_authtoken] ${name}`,
    message: `[keystone_authtoken] ${name} is not set: with an auth_url, the service needs an account there.`,
  });
}
