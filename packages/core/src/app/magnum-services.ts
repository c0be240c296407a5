import type { MagnumService } from '../domain/magnum-service.js';
import type { Access, AppDeps } from './deps.js';

export async function listMagnumServices(deps: AppDeps, access: Access): Promise<readonly MagnumService[]> {
  deps.policy.require(access.action, access.actor);
  return deps.store.read((repos) => repos.services.list());
}
