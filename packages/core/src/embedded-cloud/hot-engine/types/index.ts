import { cinderTypes } from './cinder.js';
import { heatTypes } from './heat.js';
import { neutronTypes } from './neutron.js';
import { novaTypes } from './nova.js';
import { octaviaTypes } from './octavia.js';
import type { ResourceType } from './type.js';

const TYPES: Readonly<Record<string, ResourceType>> = {
  ...neutronTypes,
  ...novaTypes,
  ...cinderTypes,
  ...octaviaTypes,
  ...heatTypes,
};

export const GROUP = 'OS::Heat::ResourceGroup';

export function resourceType(name: string): ResourceType | undefined {
  return Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
}

/** A type that is a template among the stack's files. */
export function isNested(type: string): boolean {
  return /\.(ya?ml|json)$/.test(type);
}

/** Why a type of Heat is not served, where there is a better way. */
export const REFUSED_TYPES: Readonly<Record<string, string>> = {
  'OS::Cinder::VolumeAttachment': 'a running server cannot be given a volume here; use block_device_mapping_v2 of the server',
};
