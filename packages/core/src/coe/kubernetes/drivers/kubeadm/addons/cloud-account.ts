import type { BayFacts } from '../../../../../domain/observation.js';
import type { JsonObject } from '../../../../../domain/json.js';
import { mount } from './objects.js';

/*
 * The account with which add-ons work in the cloud for the bay's owner: that of the bay's nodes, with its trust. The service sends no secret
 * in the objects of add-ons. The files of this Secret have marks in place of the account, and the control plane that applies it writes in their place
 * what it holds anyway: apply-addons.sh.
 */

const CLOUD_ACCOUNT = { name: 'magnum-cloud', namespace: 'kube-system' } as const;
/** The annotation by which apply-addons.sh knows the Secret. */
const FILLED_BY = 'magnum.openstack.org/filled-by';
/** What apply-addons.sh replaces, inside of quotation marks. */
const MARKS = { userId: '$USER_ID', password: '$PASSWORD', trustId: '$TRUST_ID', subnetId: '$SUBNET_ID' } as const;

/** Where pods find the files. */
const FOLDER = '/etc/magnum-cloud';
const pathOf = (name: string): string => `${FOLDER}/${name}`;
const FILES = {
  cloud: 'cloud.conf',
  autoscaler: 'autoscaler.conf',
  healer: 'healer.yaml',
  ingress: 'ingress.yaml',
  ca: 'ca.pem',
};
/** In the format of cloud-provider-openstack. */
export const CLOUD_CONF = pathOf(FILES.cloud);
/** The part of it that the autoscaler knows: another option ends it. */
export const AUTOSCALER_CONF = pathOf(FILES.autoscaler);
export const HEALER_CONF = pathOf(FILES.healer);
export const INGRESS_CONF = pathOf(FILES.ingress);
export const CA_FILE = pathOf(FILES.ca);

export interface CloudAccountSettings {
  readonly facts: Pick<BayFacts, 'authUrl' | 'regionName' | 'externalNetworkId' | 'cloudCa' | 'verifyCloudCa'>;
  /** Id of the bay. */
  readonly clusterName: string;
  /** Of load balancers; the cloud's default when empty. */
  readonly provider: string;
  readonly algorithm: string;
  /** Seconds for which a node must have been away before magnum-auto-healer acts. */
  readonly healAfter: number;
}

export function cloudAccount(settings: CloudAccountSettings): JsonObject {
  const { facts, clusterName } = settings;
  const login = loginOf(facts);
  const stringData = {
    [FILES.cloud]: [section('Global', login), section('LoadBalancer', balancerOptions(settings))].join('\n'),
    [FILES.autoscaler]: section('Global', login),
    [FILES.healer]: JSON.stringify({
      'cluster-name': clusterName,
      // It would change masters in the stack, behind this service.
      'master-monitor-enabled': false,
      'leader-elect': true,
      'monitor-interval': '30s',
      openstack: login,
      healthcheck: {
        worker: [
          {
            type: 'NodeCondition',
            params: { 'unhealthy-duration': `${settings.healAfter}s`, types: ['Ready'], 'ok-values': ['True'] },
          },
        ],
      },
    }),
    [FILES.ingress]: JSON.stringify({
      'cluster-name': clusterName,
      openstack: login,
      octavia: {
        'subnet-id': MARKS.subnetId,
        'manage-security-groups': true,
        ...(facts.externalNetworkId === null ? {} : { 'floating-network-id': facts.externalNetworkId }),
        ...(settings.provider === '' ? {} : { provider: settings.provider }),
      },
    }),
    ...(facts.cloudCa === '' ? {} : { [FILES.ca]: facts.cloudCa }),
  };
  const metadata = { ...CLOUD_ACCOUNT, annotations: { [FILLED_BY]: 'node' } };
  return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, stringData };
}

type Options = Readonly<Record<string, string>>;

function loginOf({ authUrl, regionName, cloudCa, verifyCloudCa }: CloudAccountSettings['facts']): Options {
  return {
    'auth-url': authUrl,
    'user-id': MARKS.userId,
    password: MARKS.password,
    'trust-id': MARKS.trustId,
    region: regionName,
    ...(cloudCa === '' ? {} : { 'ca-file': CA_FILE }),
    ...(verifyCloudCa ? {} : { 'tls-insecure': 'true' }),
  };
}

function balancerOptions({ facts, provider, algorithm }: CloudAccountSettings): Options {
  return {
    enabled: 'true',
    // Without a monitor a service of `externalTrafficPolicy: Local` sends requests to nodes that have none of its pods.
    'create-monitor': 'true',
    'lb-method': algorithm,
    // An empty one leaves it to the cloud; without the option the controller asks for `amphora`, which the cloud may not have.
    'lb-provider': provider,
    // A bay without an external network has no floating addresses to give.
    ...(facts.externalNetworkId === null ? { 'internal-lb': 'true' } : { 'floating-network-id': facts.externalNetworkId }),
  };
}

/** A section as `gopkg.in/gcfg.v1` reads it, in which quotation marks and backslashes of a value are escaped. */
function section(name: string, options: Options): string {
  const quoted = (text: string): string => text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`);
  return `[${name}]\n${Object.entries(options)
    .map(([option, value]) => `${option}="${quoted(value)}"\n`)
    .join('')}`;
}

const VOLUME = 'cloud';

/** The files as a volume of a pod. Pods with it start again when the account changes. */
export function cloudVolume(): JsonObject {
  return { name: VOLUME, secret: { secretName: CLOUD_ACCOUNT.name } };
}

export function cloudMount(): JsonObject {
  return { ...mount(VOLUME, FOLDER), readOnly: true };
}
