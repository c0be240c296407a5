import { engineGuard, requireNetworks } from '../adapters/system/engine-networks.js';
import type { Config, Sections } from '../config/config.js';
import type { AddressGuard } from '../http/address-guard.js';

const OPTION = '[conductor] engine_networks';

/** Addresses of what this process speaks to, and its own. */
function urlsIn({ DEFAULT, api, database, keystone_auth, keystone_authtoken, ...rest }: Sections): readonly (string | null)[] {
  return [
    database.connection,
    DEFAULT.transport_url,
    rest.oslo_messaging_notifications.transport_url,
    keystone_authtoken.auth_url,
    keystone_authtoken.www_authenticate_uri,
    keystone_auth.auth_url,
    api.public_url,
  ];
}

/**
 * Whom a process connects to when it asks engines: what the operator allows, and never itself or what it speaks to. `neighbours`:
 * addresses of the cloud's services, as its catalog has them. Errors: `invalid-parameter`, naming the option.
 */
export function configuredGuard(config: Config, neighbours: () => Promise<readonly string[]>): AddressGuard {
  const allowed = requireNetworks(OPTION, config.sections.conductor.engine_networks);
  const named = urlsIn(config.sections).flatMap((url) => hostsIn(url ?? ''));
  return engineGuard({
    allowed: () => Promise.resolve(allowed),
    ownHosts: async () => [...named, ...(await neighbours().catch(() => [])).flatMap(hostsIn)],
    source: OPTION,
  });
}

/** Hosts of a URL, also of one that has several, or a password with characters that a URL cannot have. */
export function hostsIn(url: string): readonly string[] {
  const [, authority = ''] = /^[a-z0-9+.-]+:\/\/([^/?]*)/i.exec(url) ?? [];
  return authority.split(',').flatMap((part) => {
    const host = /^(\[[^\]]+\]|[^:]*)/.exec(part.slice(part.lastIndexOf('@') + 1))?.[0] ?? '';
    return host === '' ? [] : [host.replace(/^\[|\]$/g, '')];
  });
}
