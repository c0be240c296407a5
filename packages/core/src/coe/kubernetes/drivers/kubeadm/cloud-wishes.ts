import type { Problem } from '../../../../domain/labels.js';
import type { BayShape } from '../../../../ports/bay-driver.js';
import { isEnabled, kubeadmLabel, type Labelled } from './labels.js';

/** Whether the cloud controller manager runs: where the label says so, else wherever nodes have a trust of the owner. */
export function usesCloudController(desired: Labelled, trusted: boolean): boolean {
  const asked = kubeadmLabel(desired, 'cloud_provider_enabled');
  return trusted && (asked === '' || asked.toLowerCase() === 'true');
}

/** Whether nodes are healed by magnum-auto-healer, and not by this service. */
export function wantsAutoHealer(desired: Labelled): boolean {
  return isEnabled(desired, 'auto_healing_enabled') && kubeadmLabel(desired, 'auto_healing_controller') === 'magnum-auto-healer';
}

/** The autoscaler never shrinks a group that is larger than its maximum: it leaves it alone. */
export function scalingProblems(desired: BayShape): readonly Problem[] {
  if (!isEnabled(desired, 'auto_scaling_enabled')) return [];
  return desired.nodeGroups.flatMap(({ name, nodeCount, maxNodeCount, isDefault }) =>
    isDefault && maxNodeCount !== null && maxNodeCount > 0 && nodeCount > maxNodeCount
      ? [
          {
            field: 'node_count',
            message: `${name} would have ${nodeCount} nodes, and max_node_count is ${maxNodeCount}; raise the label, or ask for fewer nodes`,
          },
        ]
      : [],
  );
}

/** What of a bay's wishes needs a trust of the owner for its nodes, and what of the cloud it cannot have without the cloud controller manager. */
export function cloudProblems(desired: BayShape): readonly Problem[] {
  const cinder = desired.model.volumeDriver === 'cinder';
  if (desired.trusted === false) {
    const wishes: readonly (readonly [boolean, string])[] = [
      [isEnabled(desired, 'cloud_provider_enabled'), 'labels.cloud_provider_enabled'],
      [isEnabled(desired, 'auto_scaling_enabled'), 'labels.auto_scaling_enabled'],
      [wantsAutoHealer(desired), 'labels.auto_healing_controller'],
      [kubeadmLabel(desired, 'ingress_controller').toLowerCase() === 'octavia', 'labels.ingress_controller'],
      [cinder, 'volume_driver'],
    ];
    const message =
      'it works in the cloud for the owner of the bay, and nodes have no trust of owners here; leave it out, or ask the operator to set [trust] cluster_user_trust';
    return wishes.filter(([isWished]) => isWished).map(([, field]) => ({ field, message }));
  }
  const without = kubeadmLabel(desired, 'cloud_provider_enabled').toLowerCase() === 'false';
  const off = kubeadmLabel(desired, 'cinder_csi_enabled').toLowerCase() === 'false';
  if (!cinder || !(without || off)) return [];
  const label = without ? 'cloud_provider_enabled' : 'cinder_csi_enabled';
  return [{ field: 'volume_driver', message: `cinder needs the label ${label}=true; set it, or leave the volume driver out` }];
}
