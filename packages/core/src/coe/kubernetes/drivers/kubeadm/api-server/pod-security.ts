import type { JsonObject } from '../../../../../domain/json.js';
import { labelValue, type Labels, type LabelSchema } from '../../../../../domain/labels.js';
import type { ApiServerSettings } from './part.js';

const LEVELS = ['privileged', 'baseline', 'restricted'] as const;

export const POD_SECURITY_LABELS = {
  pod_security_default: {
    type: 'string',
    default: 'privileged',
    oneOf: LEVELS,
    meaning: 'Standard of Kubernetes that pods must keep to in namespaces that name none themselves.',
  },
} as const satisfies LabelSchema;

/** Arguments of the API server that are set where there is such a standard. */
export const POD_SECURITY_ARGUMENTS: readonly string[] = ['admission-control-config-file'];

/** Namespaces of the cluster's own programs. Some of them set up the network of a node, which every standard but `privileged` forbids. */
export const SYSTEM_NAMESPACES: readonly string[] = ['kube-system', 'kube-flannel'];

function levelOf(labels: Labels): string {
  return labelValue(POD_SECURITY_LABELS, labels, 'pod_security_default') ?? '';
}

/** Privileged is what Kubernetes does by itself. */
export function limitsPods(labels: Labels): boolean {
  return LEVELS.some((level) => level !== 'privileged' && level === levelOf(labels));
}

export function podSecuritySettings(labels: Labels): ApiServerSettings | undefined {
  if (!limitsPods(labels)) return undefined;
  const content = configurationOf(levelOf(labels));
  return { documents: [{ argument: 'admission-control-config-file', file: 'admission.json', content }] };
}

/** The standard as the release of the cluster has it: a namespace that needs another one says so by its own label. */
function configurationOf(level: string): JsonObject {
  return {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AdmissionConfiguration',
    plugins: [
      {
        name: 'PodSecurity',
        configuration: {
          apiVersion: 'pod-security.admission.config.k8s.io/v1',
          kind: 'PodSecurityConfiguration',
          defaults: {
            ...{ enforce: level, 'enforce-version': 'latest' },
            // A workload is accepted, and its pods are refused: the warning says so in the answer to the request.
            ...{ warn: level, 'warn-version': 'latest', audit: level, 'audit-version': 'latest' },
          },
          exemptions: { usernames: [], runtimeClasses: [], namespaces: SYSTEM_NAMESPACES },
        },
      },
    ],
  };
}
