import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secret } from '@magnum-ts/core';
import type { BayId } from '@magnum-ts/core/testing';
import { signCertificate } from '../../packages/core/src/app/certificates.js';
import type { Access } from '../../packages/core/src/app/deps.js';
import { secretHashOf } from '../../packages/core/src/app/node-proof.js';
import { certificateFor } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/certificates.js';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';
import type { DriverRegistry } from '../../packages/core/src/conductor/deps.js';
import { rpcHandlers } from '../../packages/core/src/conductor/rpc-handlers.js';
import type { Authority } from '../../packages/core/src/domain/rotation.js';
import { askForBay, may, OWNER } from '../support/asking.js';
import { aMachine, startProcess, work, type Machine, type Process } from '../support/machine.js';

const NODE_SECRET = new Secret('the-secret-of-a-node');
const signal = new AbortController().signal;

let machine: Machine;
let process: Process;
let id: BayId;
beforeEach(async () => {
  machine = await aMachine();
  process = await startProcess(machine, registry());
  id = await askForBay(process.app);
  await work(process.deps, machine, async () => {
    const bay = await process.app.store.read((repos) => repos.bays.get(id));
    return bay?.observed.status === 'CREATE_COMPLETE';
  });
});
afterEach(async () => {
  await process.engine.stop();
  await machine.db.destroy();
});

/** The drivers that there are, with the profiles of Kubernetes. */
function registry(): DriverRegistry {
  const engines = driverRegistry(false);
  return { ...engines, driverOf: (model) => ({ ...engines.driverOf(model), certificateFor }) };
}

type Role = 'master' | 'worker';

async function nameOf(role: Role): Promise<string> {
  const { name }: { name: string } = await machine.db('node').where({ bay_id: id, role }).first('name');
  return name;
}

/** Asks as a node of that role that has enrolled; what the request names is another node. */
async function askAs(role: Role, profile: string | undefined, type?: string): Promise<X509Certificate> {
  const name = await nameOf(role);
  await machine
    .db('node')
    .where({ bay_id: id, name })
    .update({ enrolment: 'done', secret_hash: secretHashOf(NODE_SECRET) });
  const trusteeOf = { bayId: id, projectId: 'project', generation: 0 };
  const actor = { ...OWNER, userId: 'trustee', projectId: null, roles: [], trusteeOf, nodeProof: { name, secret: NODE_SECRET } };
  const access: Access = { ...may('certificate:create'), actor };
  const { csr } = await process.deps.authority.newRequest({ commonName: 'somebody', organization: 'system:masters' });
  const serving = await process.app.bus.serve(rpcHandlers(process.deps));
  try {
    const wanted = { bay: id, type, csr, validForSeconds: undefined, ...(profile === undefined ? {} : { profile }) };
    return new X509Certificate((await signCertificate(process.app, access, wanted, signal)).pem);
  } finally {
    await serving.stop();
  }
}

async function caOf(authority: Authority): Promise<X509Certificate> {
  const { 'certificate.ca': ca } = rpcHandlers(process.deps);
  return new X509Certificate((await ca({ bayId: id, authority, forNode: true }, signal)).pem);
}

test('a node gets its own certificate, whatever its request names, from the authority of the profile', async () => {
  const worker = await askAs('worker', 'kubelet');
  expect(worker.subject).toBe(`O=system:nodes\nCN=system:node:${await nameOf('worker')}`);
  expect(worker.verify((await caOf('main')).publicKey)).toBe(true);
  // `ca_cert_type` changes nothing: a profile has an authority.
  const store = await askAs('master', 'etcd-server', 'front-proxy');
  expect(store.verify((await caOf('etcd')).publicKey)).toBe(true);
  expect(store.subjectAltName).toContain(`DNS:${await nameOf('master')}`);
});

test.each(['admin', 'super-admin', 'apiserver', 'etcd-peer', 'front-proxy-client', 'scheduler', 'node', 'constructor', ''])(
  'a worker does not get %j',
  async (profile) => {
    await expect(askAs('worker', profile)).rejects.toMatchObject({ kind: 'forbidden' });
  },
);

test('a node that names no profile gets nothing from a driver that has profiles', async () => {
  await expect(askAs('master', undefined)).rejects.toMatchObject({ kind: 'forbidden' });
});

test('a person does not get the certificate of a node', async () => {
  const { csr } = await process.deps.authority.newRequest({ commonName: 'somebody', organization: '' });
  const wanted = { bay: id, type: undefined, csr, validForSeconds: undefined, profile: 'kubelet' };
  await expect(signCertificate(process.app, may('certificate:create'), wanted, signal)).rejects.toMatchObject({
    kind: 'forbidden',
  });
});
