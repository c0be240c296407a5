import type { CoeSession, ConnectInput } from '../../ports/bay-driver.js';
export function connectSwarm(_input: ConnectInput): CoeSession {
  throw new Error('not yet');
}
