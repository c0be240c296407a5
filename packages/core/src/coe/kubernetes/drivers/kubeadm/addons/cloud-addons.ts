import type { AddonsOf } from '../../../../../ports/bay-driver.js';
import { valueIn } from '../../../../shared/node/labels.js';
import type { CloudImages } from '../../../releases.js';
import { isEnabled, kubeadmLabel } from '../labels.js';
import { autoHealerObjects } from './auto-healer.js';
import { autoscalerObjects } from './autoscaler.js';
import { cinderCsiObjects } from './cinder-csi.js';
import { cloudAccount } from './cloud-account.js';
import { cloudControllerObjects } from './cloud-controller.js';
import { octaviaIngressObjects, traefikObjects } from './ingress.js';
import { keystoneAuthObjects } from './keystone-auth.js';
import type { MadeAddon } from './objects.js';
import { volumeSnapshotObjects } from './volume-snapshots.js';
import { usesCloudController, wantsAutoHealer } from '../cloud-wishes.js';

/**
 * The add-ons that belong to the cloud in which the cluster is. Those that act in it do so by the trust that the bay's nodes have of the
 * owner; without one there are none of them. What is asked for then has been refused.
 */
export function cloudAddons(desired: AddonsOf, images: CloudImages): readonly MadeAddon[] {
  const { bay, cloud } = desired;
  const ingress = kubeadmLabel(desired, 'ingress_controller').toLowerCase();
  const role = kubeadmLabel(desired, 'ingress_controller_role');
  const traefik =
    ingress === 'traefik' ? [{ name: 'traefik', image: images.traefik, objects: traefikObjects(images.traefik, role) }] : [];
  if (!cloud) return traefik;
  const { facts, trusted } = cloud;
  const acting = trusted ? actingAddons(desired, images) : [];
  const hasWebhook = isEnabled(desired, 'keystone_auth_enabled');
  const { labels } = bay.desired;
  const { authUrl: keystoneUrl, cloudCa } = facts;
  const webhook = {
    name: 'keystone-auth',
    image: images.keystoneAuth,
    objects: keystoneAuthObjects({ image: images.keystoneAuth, keystoneUrl, ownCa: cloudCa !== '', projectId: bay.projectId }),
  };
  const needsAccount = acting.length > 0 || (hasWebhook && cloudCa !== '');
  const account = cloudAccount({
    facts,
    clusterName: bay.id,
    provider: valueIn(labels, 'octavia_provider') ?? '',
    algorithm: valueIn(labels, 'octavia_lb_algorithm') ?? '',
    healAfter: Number(kubeadmLabel(desired, 'auto_healing_timeout')) || 300,
  });
  return [
    ...(needsAccount ? [{ name: 'cloud-account', objects: [account] }] : []),
    ...acting,
    ...(hasWebhook ? [webhook] : []),
    ...traefik,
  ];
}

function actingAddons(desired: AddonsOf, images: CloudImages): readonly MadeAddon[] {
  const { id: clusterName } = desired.bay;
  const hasController = usesCloudController(desired, true);
  const hasVolumes = hasController && isEnabled(desired, 'cinder_csi_enabled');
  const addons: readonly (readonly [boolean, () => MadeAddon])[] = [
    [
      hasController,
      () => ({
        name: 'cloud-controller-manager',
        image: images.cloudController,
        objects: cloudControllerObjects(images.cloudController, clusterName),
      }),
    ],
    [
      hasVolumes,
      () => ({
        name: 'snapshot-controller',
        image: images.snapshotController,
        objects: volumeSnapshotObjects(images.snapshotController),
      }),
    ],
    [
      hasVolumes,
      () => ({ name: 'cinder-csi', image: images.cinderCsi, objects: cinderCsiObjects(cinderSettings(desired, images)) }),
    ],
    [
      isEnabled(desired, 'auto_scaling_enabled'),
      () => ({ name: 'autoscaler', image: images.autoscaler, objects: autoscalerObjects(images.autoscaler, clusterName) }),
    ],
    [
      wantsAutoHealer(desired),
      () => ({ name: 'auto-healer', image: images.autoHealer, objects: autoHealerObjects(images.autoHealer) }),
    ],
    [
      kubeadmLabel(desired, 'ingress_controller').toLowerCase() === 'octavia',
      () => ({ name: 'octavia-ingress', image: images.octaviaIngress, objects: octaviaIngressObjects(images.octaviaIngress) }),
    ],
  ];
  return addons.filter(([isWanted]) => isWanted).map(([, make]) => make());
}

function cinderSettings(desired: AddonsOf, images: CloudImages): Parameters<typeof cinderCsiObjects>[0] {
  return {
    images: { plugin: images.cinderCsi, ...images.csi },
    clusterName: desired.bay.id,
    storageClass: {
      reclaimPolicy: kubeadmLabel(desired, 'csi_cinder_reclaim_policy'),
      volumeBindingMode: kubeadmLabel(desired, 'csi_cinder_volume_binding_mode'),
      fsType: kubeadmLabel(desired, 'csi_cinder_fstype'),
      allowVolumeExpansion: isEnabled(desired, 'csi_cinder_allow_volume_expansion'),
      availabilityZone: kubeadmLabel(desired, 'csi_cinder_availability_zone'),
    },
  };
}
