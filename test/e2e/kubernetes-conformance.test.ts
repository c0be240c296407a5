import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Magnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { saveConformanceImages } from '../../scripts/host/conformance-image.mjs';
import { buildConformanceTests, buildKubernetes } from '../../scripts/host/kubernetes-build.mjs';
import { DevProcess } from './dev-process.js';
import { nodeContainer, removeOwned } from './docker.js';
import { clustersCanBeMade } from './kubeadm-cluster.js';
import { aKubernetesBay, aKubernetesModel, namesOf } from './kubernetes-bays.js';

const FILE = 'test/e2e/kubernetes-conformance.test.ts';

/**
 * Tests of Kubernetes' conformance for what a bay brings with it: the network of pods, names and services, tokens, kubelets with their volumes and probes, the
 * controllers. Each name is a part of the full one. Tests of webhooks are left out: agnhost's own part for them is not built here.
 */
const CONFORMANCE = [
  'Networking Granular Checks: Pods should function for intra-pod communication: http',
  'Networking Granular Checks: Pods should function for intra-pod communication: udp',
  'Networking Granular Checks: Pods should function for node-pod communication: http',
  'DNS should provide DNS for the cluster',
  'DNS should provide DNS for services',
  'DNS should resolve DNS of partial qualified names for services',
  'Services should serve multiport endpoints from pods',
  'Services should be able to create a functioning NodePort service',
  'Services should have session affinity work for service with type clusterIP',
  'HostPort validates that there is no conflict between pods with same hostPort but different hostIP and protocol',
  'A set of valid responses are returned for both pod and service Proxy [Conformance]',
  'EndpointSlice should create Endpoints and EndpointSlices for Pods matching a Service',
  'ServiceAccountIssuerDiscovery should support OIDC discovery of service account issuer',
  'ServiceAccounts should mount an API token into pods',
  'Certificates API [Privileged:ClusterAdmin] should support CSR API operations',
  'ReplicationController should serve a basic image on each replica with a public image',
  'Deployment RollingUpdateDeployment should delete old pods and create new ones',
  'Job should run a job to completion when tasks sometimes fail and are locally restarted',
  'DisruptionController should block an eviction until the PDB is updated to allow it',
  'Pods should support remote command execution over websockets',
  'Kubelet when scheduling a busybox command in a pod should print the output to logs',
  'PreStop should call prestop when killing a pod',
  'EmptyDir volumes should support (root,0644,tmpfs)',
  'Projected configMap updates should be reflected in volume',
  'Subpath Atomic writer volumes should support subpaths with configmap pod [Conformance]',
  'Garbage collector should delete pods created by rc when not orphaning',
  'ResourceQuota should create a ResourceQuota and capture the life of a pod',
  'creating/deleting custom resource definition objects works',
  'Namespaces [Serial] should ensure that all pods are removed when a namespace is deleted',
  'Guestbook application should create and stop a working application',
  'Kubectl logs logs should be able to retrieve and filter logs',
  'NodeSelector is respected if matching',
] as const;

/** Gives a node images, as a registry would. */
async function importImages(container: string, archive: string): Promise<void> {
  const words = ['exec', '--interactive', container, 'ctr', '--namespace=k8s.io', 'images', 'import', '-'];
  const child = spawn('docker', words, { stdio: [openSync(archive, 'r'), 'ignore', 'pipe'] });
  let problem = '';
  child.stderr?.on('data', (chunk) => (problem += String(chunk)));
  const [code]: unknown[] = await once(child, 'close');
  expect(code, problem).toBe(0);
}

describe.skipIf(!(await clustersCanBeMade(FILE)))("Kubernetes' own conformance tests, on a bay", () => {
  const server = new DevProcess({});
  const folder = mkdtempSync(join(tmpdir(), 'magnum-conformance-'));
  let magnum: Magnum;
  let program = '';
  let kubectl = '';

  beforeAll(async () => {
    const log = (line: string): void => console.info(line);
    program = await buildConformanceTests(log);
    kubectl = join(folder, 'kubectl');
    const { program: kubernetes } = await buildKubernetes(log);
    writeFileSync(kubectl, `#!/bin/sh\nexec ${kubernetes} kubectl "$@"\n`, { mode: 0o755 });
    await server.start();
    magnum = server.client();
    await aKubernetesModel(magnum);
    const bay = await aKubernetesBay(magnum, { name: 'tried', node_count: 2 });
    const archive = await saveConformanceImages(kubernetes, folder, log);
    const instance = server.instance().id;
    for (const node of await namesOf(magnum, bay.uuid, 'worker'))
      await importImages((await nodeContainer(instance, node)).id, archive);
    rmSync(archive);
    const { files } = await magnum.clusters.config(bay.uuid);
    writeFileSync(join(folder, 'config'), files['config'] ?? '', { mode: 0o600 });
  }, 2_400_000);
  afterAll(async () => {
    await server.destroy(removeOwned);
    rmSync(folder, { recursive: true });
  }, 120_000);

  test(`${CONFORMANCE.length} of them pass`, async () => {
    const focus = CONFORMANCE.map((name) => name.replaceAll(/[^A-Za-z0-9 -]/g, '.')).join('|');
    const child = spawn(
      program,
      [
        ...[`--kubeconfig=${join(folder, 'config')}`, `--kubectl-path=${kubectl}`, '--provider=skeleton', '--num-nodes=2'],
        ...[`--ginkgo.focus=(${focus})`, '--ginkgo.no-color', '--ginkgo.timeout=25m', '--disable-log-dump'],
        // A name may begin others, which are not all of conformance.
        ...['--ginkgo.skip=\\[Slow\\]|\\[Alpha\\]|\\[Beta\\]'],
        ...[`--report-dir=${folder}`, '--dump-logs-on-failure=false', '--allowed-not-ready-nodes=1'],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const [code]: unknown[] = await once(child, 'close');
    const lines = output.split('\n');
    const summary = lines.filter((line) => /^(Ran |SUCCESS|FAIL!|\s*\[FAIL\])/.test(line));
    console.info(summary.join('\n'));
    expect(code, `${summary.join('\n')}\n${output.slice(-4_000)}`).toBe(0);
    expect(summary.join('\n')).toMatch(new RegExp(`Ran ${CONFORMANCE.length} of \\d+ Specs`));
  }, 1_800_000);
});
