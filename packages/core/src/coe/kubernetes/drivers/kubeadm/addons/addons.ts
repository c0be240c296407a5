import type { JsonObject } from '../../../../../domain/json.js';
import type { Labels } from '../../../../../domain/labels.js';
import type { Addon, AddonsOf } from '../../../../../ports/bay-driver.js';
import { cloudImagesOf, imagesOf, type CloudImages, type KubernetesImages } from '../../../releases.js';
import { ADDON_LABEL } from '../../../session/workloads.js';
import { kubeadmLabel, type Labelled } from '../labels.js';
import { calicoMode, networkDriverOf, podRange } from '../network.js';
import { imagePrefix, releaseFor, withTag } from '../settings.js';
import { cloudAddons } from './cloud-addons.js';
import { calicoImage, calicoObjects } from './calico.js';
import { ciliumImage, ciliumObjects } from './cilium.js';
import { flannelObjects } from './flannel.js';
import { metricsServerObjects } from './metrics-server.js';
import { imagesIn, type MadeAddon } from './objects.js';
import { postInstallAddon } from './post-install.js';

/**
 * The add-ons of a cluster, in the order in which they are applied. Versions come from the table of releases and from labels, so an upgrade
 * or a change of labels is what changes them. Nodes fetch them and apply them: one way for bays that this service reaches and for those that it
 * does not.
 */
export function kubernetesAddons(desired: AddonsOf): readonly Addon[] {
  const images = imagesFor(desired);
  const hasMetrics = kubeadmLabel(desired, 'metrics_server_enabled').toLowerCase() === 'true';
  const made: readonly MadeAddon[] = [
    networkAddon(desired, images),
    ...cloudAddons(desired, images),
    ...(hasMetrics
      ? [{ name: 'metrics-server', image: images.metricsServer, objects: metricsServerObjects(images.metricsServer) }]
      : []),
    ...(desired.postInstall ? [postInstallAddon(desired.postInstall)] : []),
  ];
  return made.map(finished);
}

/** The network of pods. */
function networkAddon(desired: AddonsOf, images: KubernetesImages): MadeAddon {
  const driver = networkDriverOf(desired.model);
  const range = podRange(desired, desired.model);
  const prefix = imagePrefix(desired);
  switch (driver) {
    case 'flannel': {
      const settings = {
        image: images.flannel,
        pluginImage: images.flannelCniPlugin,
        podRange: range,
        backend: kubeadmLabel(desired, 'flannel_backend'),
      };
      return { name: driver, image: images.flannel, objects: flannelObjects(settings) };
    }
    case 'calico': {
      const settings = {
        tag: kubeadmLabel(desired, 'calico_tag'),
        podRange: range,
        ipInIp: calicoMode(desired),
        ...(prefix ? { prefix } : {}),
      };
      return { name: driver, image: calicoImage(settings), objects: calicoObjects(settings) };
    }
    case 'cilium': {
      const nodePrefix = kubeadmLabel(desired, 'flannel_network_subnetlen');
      const settings = { tag: kubeadmLabel(desired, 'cilium_tag'), podRange: range, nodePrefix, ...(prefix ? { prefix } : {}) };
      return { name: driver, image: ciliumImage(settings), objects: ciliumObjects(settings) };
    }
  }
}

/** A cloud in which every add-on can run. */
const ANY_CLOUD = {
  facts: { authUrl: '', regionName: '', externalNetworkId: null, cloudCa: '', verifyCloudCa: true },
  trusted: true,
} as const;

/**
 * Every image of such a cluster: those of kubeadm, and those of its add-ons, where nodes have a trust of the owner. Beside labels, `network_driver`
 * counts, which is a field of a model.
 */
export function kubernetesImages(labels: Labels): readonly string[] {
  const model = { networkDriver: labels['network_driver'] ?? null };
  const desired = { bay: { id: '', projectId: '', desired: { labels } }, model, cloud: ANY_CLOUD };
  const { apiServer, controllerManager, scheduler, proxy, etcd, coredns, pause } = imagesFor(desired);
  const ofKubeadm = [apiServer, controllerManager, scheduler, proxy, etcd, coredns, pause];
  return [...new Set([...ofKubeadm, ...kubernetesAddons(desired).flatMap(({ images }) => images)])];
}

/** The images of the release, with the tags that labels name. */
function imagesFor(desired: Labelled): KubernetesImages & CloudImages {
  const { release, version } = releaseFor(desired);
  const prefix = imagePrefix(desired);
  const images = { ...imagesOf(release, version, prefix), ...cloudImagesOf(release, prefix) };
  const tagged = (image: string, label: Parameters<typeof kubeadmLabel>[1]): string =>
    withTag(image, kubeadmLabel(desired, label));
  return {
    ...images,
    flannel: tagged(images.flannel, 'flannel_tag'),
    flannelCniPlugin: tagged(images.flannelCniPlugin, 'flannel_cni_tag'),
    cloudController: tagged(images.cloudController, 'cloud_provider_tag'),
    cinderCsi: tagged(images.cinderCsi, 'cinder_csi_plugin_tag'),
    keystoneAuth: tagged(images.keystoneAuth, 'k8s_keystone_auth_tag'),
    autoHealer: tagged(images.autoHealer, 'magnum_auto_healer_tag'),
    octaviaIngress: tagged(images.octaviaIngress, 'octavia_ingress_controller_tag'),
    autoscaler: tagged(images.autoscaler, 'autoscaler_tag'),
    traefik: tagged(images.traefik, 'traefik_ingress_controller_tag'),
    snapshotController: tagged(images.snapshotController, 'csi_snapshotter_tag'),
    csi: {
      attacher: tagged(images.csi.attacher, 'csi_attacher_tag'),
      provisioner: tagged(images.csi.provisioner, 'csi_provisioner_tag'),
      snapshotter: tagged(images.csi.snapshotter, 'csi_snapshotter_tag'),
      resizer: tagged(images.csi.resizer, 'csi_resizer_tag'),
      registrar: tagged(images.csi.registrar, 'csi_node_driver_registrar_tag'),
      livenessProbe: tagged(images.csi.livenessProbe, 'csi_liveness_probe_tag'),
    },
  };
}

function finished({ name, image, version, objects }: MadeAddon): Addon {
  return {
    name,
    version: version ?? (image === undefined ? '' : image.slice(image.lastIndexOf(':') + 1)),
    images: imagesIn(objects),
    objects: objects.map((object) => labelled(object, name)),
  };
}

function labelled(object: JsonObject, name: string): JsonObject {
  const metadata = { ...Object(object['metadata']) } as JsonObject; // every object above has one
  return { ...object, metadata: { ...metadata, labels: { ...Object(metadata['labels']), [ADDON_LABEL]: name } } };
}
