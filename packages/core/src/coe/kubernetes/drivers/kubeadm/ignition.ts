import type { IgnitionSystem } from '../../../shared/heat/ignition.js';

/** The settings that this driver writes are in the usual place; the unit of Flatcar names a file of the image. */
const USUAL_SETTINGS = `[Service]
ExecStart=
ExecStart=/usr/bin/containerd
`;

/**
 * Distributions whose images have no cloud-init and no Python, and whose /usr is read-only. Neither restarts a node by itself for an update of its own:
 * nodes are drained before they end, and are replaced by nodes of another image.
 */
export const IGNITION_SYSTEMS: Readonly<Record<string, IgnitionSystem>> = {
  'fedora-coreos': {
    packages: ['containerd', 'containernetworking-plugins', 'conntrack-tools', 'ethtool', 'ipset'],
    files: { '/etc/zincati/config.d/90-magnum.toml': '[updates]\nenabled = false\n' },
    units: [],
  },
  flatcar: {
    // It has no packages: its first boot adds the extensions of its release that the file names, before systemd starts, and everything else is in the image.
    packages: [],
    files: { '/etc/flatcar/enabled-sysext.conf': 'python\n' },
    units: [
      { name: 'containerd.service', dropins: [{ name: '10-magnum.conf', contents: USUAL_SETTINGS }] },
      { name: 'locksmithd.service', mask: true },
      { name: 'update-engine.service', mask: true },
    ],
  },
};
