import type { JsonObject } from '../../../domain/json.js';
import { getFile, replaceIn } from './template.js';

export interface UserData {
  /** Settings for the scripts: literals, parameters and attributes. Written as JSON to `valuesPath`, mode 0600. */
  readonly values: JsonObject;
  readonly valuesPath: string;
  /** Path on the node to the name in the stack's files. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Of the scripts' texts, as cloud-init names it. */
  readonly encoding?: string;
  /** Programs with their arguments, run once, one after the other; no shell splits them. */
  readonly commands: readonly (readonly string[])[];
}

/**
 * cloud-init's user data, assembled by Heat. Values are JSON inside JSON, so that a label cannot become a command: no value is ever
 * part of a script or of a shell word.
 */
export function cloudConfig(data: UserData): JsonObject {
  const values = {
    path: data.valuesPath,
    permissions: '0600',
    owner: 'root:root',
    content: replaceIn('$VALUES', { $VALUES: data.values }),
  };
  const scripts = Object.entries(data.scripts).map(([path, file]) => ({
    path,
    permissions: '0755',
    owner: 'root:root',
    ...(data.encoding === undefined ? {} : { encoding: data.encoding }),
    content: getFile(file),
  }));
  return replaceIn('#cloud-config\n$CONFIG', { $CONFIG: { write_files: [values, ...scripts], runcmd: data.commands } });
}
