import type { JsonObject, JsonValue } from '../../../../../domain/json.js';

/*
 * Objects of Kubernetes that several add-ons have. They are typed values and become JSON as a whole: no text of a caller is ever spliced into one.
 */

/** An add-on as its maker leaves it. */
export interface MadeAddon {
  readonly name: string;
  /** The image whose tag is its version; undefined where it runs nothing. */
  readonly image?: string;
  /** Its version where no tag says it. */
  readonly version?: string;
  readonly objects: readonly JsonObject[];
}

export interface Placed {
  readonly name: string;
  readonly namespace: string;
}

export const RBAC = 'rbac.authorization.k8s.io';

export function namespaceObject(name: string, level: 'privileged' | 'baseline'): JsonObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': level } } };
}

export function serviceAccount(place: Placed): JsonObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...place } };
}

export interface Rule {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly names?: readonly string[];
}

/** A role in the whole cluster, and a binding of the same name that gives it to the account. */
export function clusterRole(name: string, account: Placed, rules: readonly Rule[]): readonly JsonObject[] {
  return [clusterRoleOf(name, rules), clusterRoleBinding(name, account, name)];
}

export function clusterRoleOf(name: string, rules: readonly Rule[]): JsonObject {
  return { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules: rules.map(ruleOf) };
}

/** A role in a namespace, and a binding of the same name that gives it to the account. */
export function namespacedRole(place: Placed, account: Placed, rules: readonly Rule[]): readonly JsonObject[] {
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { ...place }, rules: rules.map(ruleOf) },
    roleBinding(place, account, place.name),
  ];
}

function ruleOf({ groups, resources, verbs, names }: Rule): JsonObject {
  return { apiGroups: groups, resources, verbs, ...(names ? { resourceNames: names } : {}) };
}

export function clusterRoleBinding(name: string, account: Placed, role: string): JsonObject {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  };
}

/** A binding to a role of a namespace. */
export function roleBinding(place: Placed, account: Placed, role: string): JsonObject {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { ...place },
    roleRef: { apiGroup: RBAC, kind: 'Role', name: role },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  };
}

const CONTROL_PLANE_ROLE = 'node-role.kubernetes.io/control-plane';

/** Of pods that run on control planes, also before the cloud controller manager has initialised these. */
export const CONTROL_PLANE = {
  nodeSelector: { [CONTROL_PLANE_ROLE]: '' },
  tolerations: [
    { key: CONTROL_PLANE_ROLE, operator: 'Exists', effect: 'NoSchedule' },
    { key: 'node.cloudprovider.kubernetes.io/uninitialized', operator: 'Exists', effect: 'NoSchedule' },
  ],
} as const satisfies JsonObject;

/** A DaemonSet, or a Deployment of one replica, whose pods have the label `app`. */
export function workload(kind: 'DaemonSet' | 'Deployment', place: Placed, spec: JsonObject): JsonObject {
  const labels = { app: place.name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { ...place },
    spec: {
      ...(kind === 'Deployment' ? { replicas: 1 } : {}),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  };
}

export function hostPath(name: string, path: string, type: 'Directory' | 'DirectoryOrCreate' | 'FileOrCreate'): JsonObject {
  return { name, hostPath: { path, type } };
}

export function mount(name: string, mountPath: string): JsonObject {
  return { name, mountPath };
}

/** A variable of the environment that has a field of the pod. */
export function fieldOf(name: string, fieldPath: string): JsonObject {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

/** The images of containers anywhere in these objects, each once, in their order. */
export function imagesIn(objects: readonly JsonObject[]): readonly string[] {
  const found = new Set<string>();
  const visit = (value: JsonValue | undefined, key: string): void => {
    if (typeof value === 'string') {
      if (key === 'image') found.add(value);
    } else if (Array.isArray(value)) value.forEach((item: JsonValue) => visit(item, key));
    else if (typeof value === 'object' && value !== null) for (const [name, item] of Object.entries(value)) visit(item, name);
  };
  objects.forEach((object) => visit(object, ''));
  return [...found];
}
