import { DomainError } from '../domain/errors.js';
import type { Problem } from '../domain/labels.js';
import type { Cloud, CloudFlavor, CloudImage } from '../ports/cloud.js';
import type { CloudAccess } from '../ports/orchestrator.js';
import { refuseFirst } from './drivers.js';

/** Names that a bay model or bay carries; whatever is null is not checked. Checks: docs/contract/validation.md#cloud-resources. */
export interface CloudReferences {
  readonly imageId: string | null;
  readonly flavorId: string | null;
  readonly masterFlavorId: string | null;
  readonly keypair: string | null;
  readonly externalNetworkId: string | null;
  readonly fixedNetwork: string | null;
  readonly fixedSubnet: string | null;
  /** Label `docker_volume_type`. */
  readonly volumeType?: string | null;
  /** Label `boot_volume_size`: above 0, servers boot from a volume and need no disk of their flavor's. */
  readonly bootVolumeSize?: string | null;
  /** The driver's rules for the image. */
  readonly checkImage?: (image: CloudImage) => readonly Problem[];
}

/**
 * Errors name the field: image, flavor and network 400, keypair 404, an ambiguous name 409. The neighbours are asked at once; of
 * several errors, the first in the order below is thrown, whichever neighbour was fastest.
 */
export async function requireCloudResources(
  cloud: Cloud,
  names: CloudReferences,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<void> {
  const image = findIfNamed(names.imageId, async (name) => {
    const found = await requireImage(cloud, name, access, signal);
    refuseFirst(names.checkImage?.(found) ?? []);
    return found;
  });
  const flavor = (field: string, name: string | null): Promise<void> =>
    requireFlavor(cloud, { field, name, names, image }, access, signal);
  const checks = [
    image,
    flavor('flavor_id', names.flavorId),
    flavor('master_flavor_id', names.masterFlavorId),
    ...networkChecks(cloud, names, access, signal),
    requireVolumeType(cloud, names.volumeType ?? null, access, signal),
    requireKeypair(cloud, names.keypair, access, signal),
  ];
  const failed = (await Promise.allSettled(checks)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function findIfNamed<T>(name: string | null, look: (name: string) => Promise<T>): Promise<T | undefined> {
  return name === null ? undefined : look(name);
}

/** The image with its distribution. Errors: 400 when it is absent, or has no property os_distro. */
export async function requireImage(
  cloud: Cloud,
  imageId: string,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<CloudImage & { readonly distro: string }> {
  const image = await cloud.findImage(imageId, access, signal);
  if (!image) throw new DomainError('image-not-found', { field: 'image_id', message: `Image ${imageId} could not be found.` });
  if (image.distro) return { ...image, distro: image.distro };
  throw new DomainError('image-not-found', {
    field: 'image_id',
    message: `Image ${imageId} has no property os_distro. Set it to the distribution that the image holds, such as debian.`,
  });
}

interface WantedFlavor {
  readonly field: string;
  readonly name: string | null;
  readonly names: CloudReferences;
  readonly image: Promise<CloudImage | undefined>;
}

/** Without its image, which is another check's matter, a flavor is compared with nothing. */
async function requireFlavor(cloud: Cloud, wanted: WantedFlavor, access: CloudAccess, signal: AbortSignal): Promise<void> {
  const { field, name, names } = wanted;
  if (name === null) return;
  const [flavor, image] = await Promise.all([cloud.findFlavor(name, access, signal), wanted.image.catch(() => undefined)]);
  if (!flavor) throw new DomainError('flavor-not-found', { field, message: `Unable to find flavor ${name} (${field}).` });
  requireFits(field, flavor, image, names);
}

async function requireKeypair(cloud: Cloud, name: string | null, access: CloudAccess, signal: AbortSignal): Promise<void> {
  if (name === null || (await cloud.findKeypair(name, access, signal))) return;
  throw new DomainError('keypair-not-found', { field: 'keypair_id', message: `Unable to find keypair ${name}.` });
}

/** As docs/contract/validation.md#root-volume has it; and what the image itself says that it needs. */
function requireFits(field: string, flavor: CloudFlavor, image: CloudImage | undefined, names: CloudReferences): void {
  if ((names.bootVolumeSize ?? null) !== null && !/^\d{1,9}$/.test(names.bootVolumeSize ?? ''))
    throw new DomainError('invalid-parameter', {
      field: 'labels.boot_volume_size',
      message: `boot_volume_size must be a whole number of GiB, got ${JSON.stringify(names.bootVolumeSize)}.`,
    });
  const disk = Number(names.bootVolumeSize ?? 0) || flavor.diskGb;
  const refused = (message: string): DomainError => new DomainError('invalid-parameter', { field, message });
  if (disk === 0)
    throw refused(
      `Flavor ${flavor.name} has no disk. Use another one, or set the label boot_volume_size to the GiB of a volume.`,
    );
  if (!image) return;
  if (disk < image.minDiskGb)
    throw refused(`Image ${image.name} needs a disk of ${image.minDiskGb} GiB; with flavor ${flavor.name} it gets ${disk}.`);
  if (flavor.ramMb < image.minRamMb)
    throw refused(`Image ${image.name} needs ${image.minRamMb} MiB of memory; flavor ${flavor.name} has ${flavor.ramMb}.`);
}

async function requireVolumeType(cloud: Cloud, name: string | null, access: CloudAccess, signal: AbortSignal): Promise<void> {
  if (!name || !cloud.findVolumeType || (await cloud.findVolumeType(name, access, signal))) return;
  throw new DomainError('invalid-parameter', {
    field: 'labels.docker_volume_type',
    message: `Unable to find volume type ${name} (label docker_volume_type).`,
  });
}

function networkChecks(cloud: Cloud, names: CloudReferences, access: CloudAccess, signal: AbortSignal): readonly Promise<void>[] {
  const found = async (field: string, what: string, name: string, looked: Promise<boolean>): Promise<void> => {
    if (!(await looked)) throw new DomainError('network-not-found', { field, message: `Unable to find ${what} ${name}.` });
  };
  return [
    findIfNamed(names.externalNetworkId, (name) => {
      const looked = cloud.findNetwork(name, access, signal).then((network) => network?.external === true);
      return found('external_network_id', 'external network', name, looked);
    }),
    findIfNamed(names.fixedNetwork, (name) => {
      const looked = cloud.findNetwork(name, access, signal).then((network) => network !== undefined);
      return found('fixed_network', 'fixed network', name, looked);
    }),
    findIfNamed(names.fixedSubnet, (name) => {
      const looked = cloud.findSubnet(name, access, signal).then((subnet) => subnet !== undefined);
      return found('fixed_subnet', 'fixed subnet', name, looked);
    }),
  ];
}
