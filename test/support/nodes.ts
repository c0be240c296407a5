import { randomBytes } from 'node:crypto';
import { resource, type Service } from './service.js';
import { trusteeToken } from './trustee.js';

/** A node that has enrolled: what proves it, and a token of the account of its bay's nodes. */
export interface EnrolledNode {
  readonly name: string;
  readonly secret: string;
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** As the node does it, with what its user data holds. */
export async function enrolledNode(service: Service, bayId: string, role: 'master' | 'worker'): Promise<EnrolledNode> {
  const { name }: { name: string } = await service.db('node').where({ bay_id: bayId, role }).first('name');
  const secret = newSecret();
  const body = { token: service.valuesOf(bayId, name).enrolment_token, secret };
  resource(await service.request('POST', `/v1/credentials/${bayId}/nodes/${name}`, { body, token: '' }), 201);
  return { name, secret, token: await trusteeToken(service, bayId), headers: proofOf(name, secret) };
}

export function proofOf(name: string, secret: string): Readonly<Record<string, string>> {
  return { 'X-Magnum-Node': name, 'X-Magnum-Node-Secret': secret };
}
