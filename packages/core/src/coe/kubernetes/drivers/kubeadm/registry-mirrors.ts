import type { JsonObject } from '../../../../domain/json.js';
import { labelValue, type Labels, type LabelSchema, type Problem } from '../../../../domain/labels.js';

export const MIRROR_LABELS = {
  registry_mirrors: {
    type: 'string',
    default: '',
    meaning:
      'Mirrors that are asked for images before their registry is: `docker.io=https://mirror.example`, several separated by spaces or commas.',
  },
} as const satisfies LabelSchema;

/** A mirror of a registry. */
export interface RegistryMirror {
  /** As names of images begin with it: `docker.io`, `registry.example:5000`. */
  readonly registry: string;
  readonly url: string;
}

// The name is that of a folder on nodes, and the address stands in a file of containerd's: neither has a quotation mark, or a way out of its place.
const REGISTRY = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$/;
const MIRROR = /^https?:\/\/[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?(\/[A-Za-z0-9._~-]+)*\/?$/;

/** Mirrors in the order in which they are asked. */
export function registryMirrors(labels: Labels): readonly RegistryMirror[] {
  return partsOf(labels)
    .map((part) => mirrorIn(part))
    .filter((mirror) => mirror !== undefined);
}

/** The same as the nodes' scripts read it: absent where there are none. */
export function mirrorSettings(labels: Labels): JsonObject {
  const mirrors = registryMirrors(labels);
  return mirrors.length === 0 ? {} : { registry_mirrors: mirrors.map((mirror) => ({ ...mirror })) };
}

/** `insecure`: the registries in `insecure_registry`, which nodes reach without TLS or without checking the certificate. */
export function mirrorProblems(labels: Labels, insecure: string | null): readonly Problem[] {
  const trusted = new Set((insecure ?? '').split(',').map((part) => part.trim()));
  return partsOf(labels).flatMap((part): Problem[] => {
    const mirror = mirrorIn(part);
    const shown = JSON.stringify(part.slice(0, 60));
    if (!mirror) return [problem(`${shown} is no mirror; write docker.io=https://mirror.example`)];
    const { protocol, host } = new URL(mirror.url);
    if (protocol === 'https:' || trusted.has(host)) return [];
    return [problem(`${shown} is reached without TLS; write https://, or name ${host} in insecure_registry`)];
  });
}

function problem(message: string): Problem {
  return { field: 'labels.registry_mirrors', message };
}

function mirrorIn(part: string): RegistryMirror | undefined {
  const [registry = '', ...rest] = part.split('=');
  const url = rest.join('=');
  return REGISTRY.test(registry) && MIRROR.test(url) && URL.canParse(url) ? { registry, url: url.replace(/\/$/, '') } : undefined;
}

/** Clients that read `a=b,c=d` take what follows a comma for the next label, so that a space must do as well. */
function partsOf(labels: Labels): readonly string[] {
  return (labelValue(MIRROR_LABELS, labels, 'registry_mirrors') ?? '').split(/[\s,]+/).filter(Boolean);
}
