import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { JsonObject } from '../../../../domain/json.js';
import type { RenderInput } from '../../../../ports/bay-driver.js';
import { exampleBayFor, type Example } from '../../../shared/testing/example-bays.js';
import { nodeFolder, type NodeFolder } from '../../../shared/testing/node-folder.test-support.js';
import { resolveUserData } from '../../../shared/testing/user-data.test-support.js';
import { kubeadm } from './driver.js';
import { KUBEADM_SCRIPTS } from './scripts.js';

/** A node as its scripts leave it, up to where kubeadm begins. */
export interface ConfiguredNode {
  readonly folder: NodeFolder;
  /** The documents that kubeadm is given, by their kind. */
  readonly documents: Readonly<Record<string, JsonObject>>;
  /** Text of a file under /etc/kubernetes. */
  read(path: string): string;
  /** Its mode: 0o600. */
  modeOf(path: string): number;
  /** Values of an argument of a component, as kubeadm's configuration has them: no more than one is right. */
  argument(component: 'apiServer' | 'controllerManager' | 'scheduler', name: string): readonly string[];
}

/** The values for the scripts in a node's user data. */
export function valuesOf(input: RenderInput, node: string): JsonObject {
  const { write_files: files } = JSON.parse(resolveUserData(kubeadm.render(input), node).replace('#cloud-config\n', '')) as {
    readonly write_files: readonly { readonly path: string; readonly content: string }[];
  };
  return JSON.parse(files.find(({ path }) => path === '/etc/magnum/node.json')?.content ?? '') as JsonObject;
}

/** What the first control plane says to those that join, as the orchestrator keeps it. */
const INVITATION = JSON.stringify({ 1: JSON.stringify({ address: '10.0.0.5' }) });

export const MASTER = 'master-0064';
export const WORKER = 'worker-00c8';

/** A node of a bay with these labels, for which the given steps have run with the scripts of the driver. It is removed after the test, unless `cleanUp` says when. */
export function configuredNode(
  labels: Readonly<Record<string, string>>,
  {
    example = {},
    node: name = MASTER,
    steps = ['configure-api-server', 'configure-kubelet'],
    prepare = () => undefined,
    cleanUp = onTestFinished,
  }: Options = {},
): ConfiguredNode {
  const input = exampleBayFor(kubeadm, { ...example, desired: { ...example.desired, labels } });
  const folder = nodeFolder(KUBEADM_SCRIPTS);
  cleanUp(() => folder.remove());
  folder.program('systemctl', 'exit 0');
  mkdirSync(join(folder.kubernetes, 'pki'));
  writeFileSync(join(folder.cloud, 'instance-id'), 'server-1');
  writeFileSync(join(folder.authorities, 'ca-certificates.crt'), 'AUTHORITIES OF THE SYSTEM\n');
  const logs = join(folder.run, 'logs');
  const values = JSON.stringify({ ...valuesOf(input, name), join: INVITATION }).replaceAll('/var/log', logs);
  writeFileSync(join(folder.etc, 'node.json'), values);
  prepare(folder);
  for (const step of steps) {
    const { stderr, status } = spawnSync(join(folder.opt, `${step}.sh`), { encoding: 'utf8' });
    expect([stderr, status], step).toEqual(['', 0]);
  }
  const documents = Object.fromEntries(documentsOf(folder).map((document) => [String(document['kind']), document]));
  return {
    folder,
    documents,
    read: (path) => readFileSync(join(folder.kubernetes, path), 'utf8'),
    modeOf: (path) => statSync(join(folder.kubernetes, path)).mode & 0o777,
    argument: (component, argument) =>
      argumentsOf(documents, component, argument).map((text) => text.replaceAll(logs, '/var/log')),
  };
}

interface Options {
  readonly example?: Example;
  readonly node?: string;
  readonly steps?: readonly string[];
  readonly prepare?: (folder: NodeFolder) => void;
  /** Takes what removes the node. */
  readonly cleanUp?: (remove: () => void) => void;
}

function documentsOf({ etc, kubernetes }: NodeFolder): readonly JsonObject[] {
  const text = readFileSync(join(etc, 'kubeadm.yaml'), 'utf8').replaceAll(kubernetes, '/etc/kubernetes');
  return text.split('\n---\n').map((document) => JSON.parse(document) as JsonObject); // the script writes JSON
}

function argumentsOf(documents: ConfiguredNode['documents'], component: string, name: string): readonly string[] {
  const settings = documents['ClusterConfiguration']?.[component] as
    { readonly extraArgs?: readonly { readonly name: string; readonly value: string }[] } | undefined; // kubeadm's form
  return (settings?.extraArgs ?? []).filter((one) => one.name === name).map(({ value }) => value);
}
