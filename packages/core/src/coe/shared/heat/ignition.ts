import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { JsonObject, JsonValue } from '../../../domain/json.js';
import { withoutComments } from '../node/scripts.js';
import type { Settings } from '../node/settings.js';
import { getFile, replaceIn } from './template.js';
import type { UserData } from './user-data.js';

/*
 * Servers of Fedora CoreOS and of Flatcar have no cloud-init. Ignition reads their user data once, before the system starts, and writes files and units of
 * systemd; it runs nothing. So a unit takes over what cloud-init does elsewhere: it brings Python, and runs the commands of the user data. Files' contents
 * are URLs (RFC 2397), whose texts must be percent-encoded or be in base64, and Heat has no function for either. But its str_replace, with a table of
 * characters, is a percent-encoder: it goes through a text once. So the values of a node, of which Heat knows some alone, arrive through Ignition's own
 * means, byte for byte, and are part of no script, no unit and no shell word.
 */

/** What images of one distribution need of Ignition beyond the files of every node. Constants only: nothing here may come from a caller. */
export interface IgnitionSystem {
  /** Packages of Fedora, beside Python, that the scripts of nodes need and the image lacks. */
  readonly packages: readonly string[];
  /** Texts by their paths. */
  readonly files: Readonly<Record<string, string>>;
  /** As Ignition names them. */
  readonly units: readonly JsonObject[];
}

// Understood by every Fedora CoreOS and Flatcar that has a release of containerd for today's Kubernetes.
const VERSION = '3.3.0';
// Read from the sources also when compiled: the program is shipped as it is reviewed.
const BOOT_SOURCE = new URL('../../../../src/coe/shared/node/boot/boot.sh', import.meta.url);
const BOOT = 'scripts/boot.sh';
const BOOT_PATH = '/opt/magnum/boot.sh';
const COMMANDS_PATH = '/opt/magnum/commands.json';
// Ignition takes modes as numbers of JSON, which has no octal ones.
const FOR_ROOT = 0o600;
const FOR_ALL = 0o644;

/** What the nodes of a bay need of Ignition; undefined where they run cloud-init. */
export function ignitionSystem({ shape, input }: Pick<Settings, 'shape' | 'input'>): IgnitionSystem | undefined {
  const { ignition = {} } = shape;
  const distro = input.model.clusterDistro ?? '';
  return Object.hasOwn(ignition, distro) ? ignition[distro] : undefined;
}

/** Files of a stack whose nodes boot by Ignition, beside those of all stacks. */
export const IGNITION_FILES: Readonly<Record<string, string>> = {
  [BOOT]: gzipSync(withoutComments(readFileSync(BOOT_SOURCE, 'utf8')), { level: 9 }).toString('base64'),
};

/** Ignition's user data, assembled by Heat. */
export function ignitionConfig(data: UserData, system: IgnitionSystem): JsonObject {
  if (data.encoding !== 'gz+b64') throw new Error('scripts that are not compressed cannot be given to Ignition');
  const config = {
    ignition: { version: VERSION },
    storage: {
      files: [
        fileOf(data.valuesPath, FOR_ROOT, { source: replaceIn('data:,$TEXT', { $TEXT: percentEncoded(data.values) }) }),
        ...Object.entries({ ...data.scripts, [BOOT_PATH]: BOOT }).map(([path, name]) => fileOf(path, FOR_ALL, compressed(name))),
        ...Object.entries({ ...system.files, [COMMANDS_PATH]: JSON.stringify(data.commands) }).map(([path, text]) =>
          fileOf(path, FOR_ALL, { source: `data:,${encodeURIComponent(text)}` }),
        ),
      ],
    },
    systemd: { units: [unitOf(system), ...system.units] },
  };
  return replaceIn('$CONFIG', { $CONFIG: config });
}

// An image may bring a file of that name.
function fileOf(path: string, mode: number, contents: JsonObject): JsonObject {
  return { path, mode, overwrite: true, contents };
}

function compressed(name: string): JsonObject {
  return { compression: 'gzip', source: replaceIn('data:;base64,$TEXT', { $TEXT: getFile(name) }) };
}

/** ASCII characters that no URL may contain as they are, and the one that would begin a fragment. Controls are none: JSON escapes them. */
const ENCODED = [...' "#%<>[\\]^`{|}'];
const CODES: JsonObject = Object.fromEntries(
  ENCODED.map((character) => [character, `%${character.charCodeAt(0).toString(16).toUpperCase()}`]),
);

/** Heat's JSON of a value, which is ASCII, as it may stand in a URL. */
function percentEncoded(value: JsonValue): JsonObject {
  return { str_replace: { template: replaceIn('$VALUES', { $VALUES: value }), params: CODES } };
}

/**
 * The unit is done when its mark exists, so that a later boot does not repeat the first one; one that was interrupted goes on with the next boot. The boot
 * does not wait for it. It is run by the shell: a policy of SELinux need not let systemd run programs of /opt.
 */
function unitOf({ packages }: IgnitionSystem): JsonObject {
  const contents = `[Unit]
Description=Makes this server a node of its bay
Wants=network-online.target
After=network-online.target
ConditionPathExists=!/etc/magnum/booted
[Service]
Type=exec
ExecStart=${['/bin/sh', BOOT_PATH, ...packages].join(' ')}
[Install]
WantedBy=multi-user.target
`;
  return { name: 'magnum-node.service', enabled: true, contents };
}
