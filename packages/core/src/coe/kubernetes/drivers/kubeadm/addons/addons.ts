import type { JsonObject } from '../../../../../domain/json.js';
import type { Labels } from '../../../../../domain/labels.js';
import type { Addon } from '../../../../../ports/bay-driver.js';
import { imagePrefix, releaseFor, withTag } from '../settings.js';
import { kubeadmLabel, type Labelled } from '../labels.js';
import { imagesOf } from '../../../releases.js';
import { flannelObjects } from './flannel.js';
import { metricsServerObjects } from './metrics-server.js';
import { ADDON_LABEL } from '../../../session/workloads.js';
import { imagesIn } from './objects.js';

/**
 * The add-ons of a cluster with these labels, in the order in which they are applied. Versions come from the table of releases and from labels,
 * so an upgrade or a change of labels is what changes them. Nodes fetch them and apply them: one way for bays that this service reaches and
 * for those that it does not.
 */
export function kubernetesAddons(desired: Labelled): readonly Addon[] {
  const { release, version } = releaseFor(desired);
  const images = imagesOf(release, version, imagePrefix(desired));
  const flannel = {
    image: withTag(images.flannel, kubeadmLabel(desired, 'flannel_tag')),
    pluginImage: withTag(images.flannelCniPlugin, kubeadmLabel(desired, 'flannel_cni_tag')),
    podRange: kubeadmLabel(desired, 'flannel_network_cidr'),
    backend: kubeadmLabel(desired, 'flannel_backend'),
  };
  const hasMetrics = kubeadmLabel(desired, 'metrics_server_enabled').toLowerCase() === 'true';
  return [
    addon('flannel', flannel.image, flannelObjects(flannel)),
    ...(hasMetrics ? [addon('metrics-server', images.metricsServer, metricsServerObjects(images.metricsServer))] : []),
  ];
}

/** Every image of such a cluster: those of kubeadm, and those of its add-ons. */
export function kubernetesImages(labels: Labels): readonly string[] {
  const desired = { bay: { desired: { labels } } };
  const { release, version } = releaseFor(desired);
  const { apiServer, controllerManager, scheduler, proxy, etcd, coredns, pause } = imagesOf(
    release,
    version,
    imagePrefix(desired),
  );
  const ofKubeadm = [apiServer, controllerManager, scheduler, proxy, etcd, coredns, pause];
  return [...new Set([...ofKubeadm, ...kubernetesAddons(desired).flatMap(({ images }) => images)])];
}

/** `main`: the image whose tag is the add-on's version. */
function addon(name: string, main: string, objects: readonly JsonObject[]): Addon {
  return {
    name,
    version: main.slice(main.lastIndexOf(':') + 1),
    images: imagesIn(objects),
    objects: objects.map((object) => labelled(object, name)),
  };
}

function labelled(object: JsonObject, name: string): JsonObject {
  const metadata = { ...Object(object['metadata']) } as JsonObject; // every object above has one
  return { ...object, metadata: { ...metadata, labels: { ...Object(metadata['labels']), [ADDON_LABEL]: name } } };
}
