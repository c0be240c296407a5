import { isJsonObject, type JsonObject, type JsonValue } from '../../../../../domain/json.js';
import { refusePostInstall, type PostInstallManifest } from '../../../../../domain/post-install.js';
import type { MadeAddon } from './objects.js';

/*
 * The operator's manifest as an add-on. Its objects go the way of all add-ons: apply-addons.sh takes them from the service, notes in each workload
 * which authorities and which account its pods were given, and lists what it has applied by kind, namespace and name. What that script relies on is
 * made sure of here, before a bay has a single node: there a text that is no manifest could only fail, a quarter of an hour later.
 */

const NAME = 'post-install';
const MOST_OBJECTS = 500;
/** A rotation waits until the pods of each workload have started again, and reads a page of 100 of them. */
const MOST_WORKLOADS = 50;
/** Of labels and annotations that are this service's own. One of them has the nodes' account written into a Secret. */
const OWN_PREFIX = 'magnum.openstack.org/';
/** Where apply-addons.sh keeps its list. */
const LIST = { kind: 'ConfigMap', namespace: 'kube-system', name: 'magnum-addons' } as const;

/** Words that stand in a line of that list, and in an address of Kubernetes' API. */
const KIND = /^[A-Za-z][A-Za-z0-9]{0,62}$/;
const API_VERSION = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[a-z][a-z0-9]{0,62}$/;
const OBJECT_NAME = /^[^\s/%-][^\s/%]{0,252}$/;
const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export function postInstallAddon({ sha256, objects }: PostInstallManifest): MadeAddon {
  return { name: NAME, version: `sha256:${sha256}`, objects };
}

/** The objects of the manifest's documents, in their order. Errors: `invalid-parameter`, naming the document and what is wrong with it. */
export function postInstallObjects(documents: readonly JsonValue[]): readonly JsonObject[] {
  const found = documents.flatMap((document, index) => (document === null ? [] : expand(document, `document ${index + 1}`)));
  if (found.length === 0) throw refusePostInstall('it holds no object');
  if (found.length > MOST_OBJECTS)
    throw refusePostInstall(`it holds ${found.length} objects, and ${MOST_OBJECTS} are taken at most`);
  const objects = found.map(({ value, where }) => checkedObject(value, where));
  const workloads = objects.filter(({ kind }) => WORKLOADS.has(String(kind))).length;
  if (workloads > MOST_WORKLOADS)
    throw refusePostInstall(`it holds ${workloads} Deployments and DaemonSets, and ${MOST_WORKLOADS} are taken at most`);
  return objects;
}

interface Found {
  readonly value: JsonValue;
  /** `document 2`, `item 1 of document 2`. */
  readonly where: string;
}

/** An object alone, or the items of a list: `List`, or of one kind as `ConfigMapList`. */
function expand(value: JsonValue, where: string): readonly Found[] {
  if (!isJsonObject(value)) return [{ value, where }];
  const { kind, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [{ value, where }];
  return items.flatMap((item: JsonValue, index) => expand(item, `item ${index + 1} of ${where}`));
}

function checkedObject(value: JsonValue, where: string): JsonObject {
  if (!isJsonObject(value)) throw refusePostInstall(`${where} is no object of Kubernetes`);
  const kind = requiredText(value['kind'], KIND, `${where} has no kind`);
  const apiVersion = requiredText(value['apiVersion'], API_VERSION, `${where} (${kind}) has no apiVersion`);
  const metadata = checkedMetadata(value['metadata'], { kind, where: `${where} (${kind})` });
  const object = { ...value, apiVersion, kind, metadata };
  return WORKLOADS.has(kind) ? { ...object, spec: checkedWorkload(value['spec'], `${where} (${kind})`) } : object;
}

/** `absent`: the end of the sentence for a text that is missing. */
function requiredText(value: JsonValue | undefined, form: RegExp, absent: string): string {
  if (typeof value !== 'string' || value === '') throw refusePostInstall(absent);
  if (!form.test(value)) throw refusePostInstall(`${absent} that Kubernetes takes: ${JSON.stringify(value.slice(0, 80))}`);
  return value;
}

/** Kinds that apply-addons.sh looks into; they and Secrets need a namespace there. */
const WORKLOADS: ReadonlySet<string> = new Set(['DaemonSet', 'Deployment']);
const DEFAULT_NAMESPACE = 'default';

function checkedMetadata(
  given: JsonValue | undefined,
  { kind, where }: { readonly kind: string; readonly where: string },
): JsonObject {
  const { namespace: space, labels, annotations, ...rest } = isJsonObject(given) ? given : {};
  const name = requiredText(rest['name'], OBJECT_NAME, `${where} has no metadata.name`);
  const namespace = isAbsent(space) ? undefined : requiredText(space, NAMESPACE, `${where} has no metadata.namespace`);
  if (kind === LIST.kind && name === LIST.name && namespace === LIST.namespace)
    throw refusePostInstall(`${where} is ${LIST.namespace}/${LIST.name}, which this service writes itself`);
  for (const marks of [labels, annotations]) requireForeignMarks(marks, where);
  const placed = namespace ?? (WORKLOADS.has(kind) || kind === 'Secret' ? DEFAULT_NAMESPACE : undefined);
  return {
    ...rest,
    ...(placed === undefined ? {} : { namespace: placed }),
    ...present({ labels, annotations }),
  };
}

function isAbsent(value: JsonValue | undefined): value is undefined | null | '' {
  return value === undefined || value === null || value === '';
}

function requireForeignMarks(marks: JsonValue | undefined, where: string): void {
  if (isAbsent(marks)) return;
  if (!isJsonObject(marks)) throw refusePostInstall(`${where} has labels or annotations that are no map`);
  const own = Object.keys(marks).find((key) => key.startsWith(OWN_PREFIX));
  if (own !== undefined)
    throw refusePostInstall(`${where} has the label or annotation ${own.slice(0, 80)}, which is this service's own`);
}

/** Without the entries that are null, which say as much as absent ones and would be looked into. */
function present(entries: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => !isAbsent(value))) as JsonObject; // no undefined is left
}

/** A specification with a template of pods in which the script can look for volumes and annotations. */
function checkedWorkload(spec: JsonValue | undefined, where: string): JsonObject {
  const template = isJsonObject(spec) ? spec['template'] : undefined;
  if (!isJsonObject(spec) || !isJsonObject(template)) throw refusePostInstall(`${where} has no spec.template`);
  requireReplacedPods(spec, where);
  const { metadata, spec: pod } = template;
  if (!isJsonObject(metadata) || !isJsonObject(pod))
    throw refusePostInstall(`${where} has no metadata or no spec in its spec.template`);
  const { annotations, ...others } = metadata;
  if (!isAbsent(annotations) && !isJsonObject(annotations))
    throw refusePostInstall(`${where} has annotations in its spec.template that are no map`);
  const { volumes, ...parts } = pod;
  const marked = { ...others, ...present({ annotations }) };
  return { ...spec, template: { ...template, metadata: marked, spec: { ...parts, ...checkedVolumes(volumes, where) } } };
}

/** A rotation of the authorities would wait for ever for pods that are not replaced. */
function requireReplacedPods({ paused, updateStrategy }: JsonObject, where: string): void {
  const strategy = isJsonObject(updateStrategy) ? updateStrategy['type'] : undefined;
  if (paused === true || strategy === 'OnDelete')
    throw refusePostInstall(`${where} does not replace its pods by itself: leave out paused and the strategy OnDelete`);
}

function checkedVolumes(volumes: JsonValue | undefined, where: string): JsonObject {
  if (isAbsent(volumes)) return {};
  if (!Array.isArray(volumes)) throw refusePostInstall(`${where} has volumes that are no list`);
  return {
    volumes: volumes.map((volume: JsonValue) => {
      if (!isJsonObject(volume)) throw refusePostInstall(`${where} has a volume that is no map`);
      const { secret, ...source } = volume;
      if (!isAbsent(secret) && !isJsonObject(secret)) throw refusePostInstall(`${where} has a volume whose secret is no map`);
      return { ...source, ...present({ secret }) };
    }),
  };
}
