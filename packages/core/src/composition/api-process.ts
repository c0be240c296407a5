import { withTokenCache } from '../adapters/identity/cached.js';
import { livePolicy, type LivePolicy } from '../adapters/policy/live-policy.js';
import type { Config } from '../config/config.js';
import type { Platform } from '../ports/platform.js';
import { composeApi, type Api } from './compose-api.js';
import { enforcementOf, policySources } from './policy.js';
import { appRules, manifestRules, requestLimits, shareOfPool } from './rules.js';
import { closeBase, observersOf, openBase, readinessOf, type Service } from './service-base.js';

/** A process of `magnum-api`: the API over the configured database and broker. Starts also while both are down. */
export async function openApi(platform: Platform, config: Config): Promise<Service & Api> {
  const live = await openPolicy(platform, config);
  const base = await openBase(platform, config).catch((error: unknown) => {
    live.stop();
    throw error;
  });
  const { cloud, bus } = base;
  const identity = withTokenCache(cloud.deps.identity, {
    ttlMs: config.sections.keystone_authtoken.token_cache_time * 1_000,
    clock: base.platform.clock,
  });
  const api = composeApi(
    base.platform,
    { cloud, bus, identity, policy: live.policy },
    {
      rules: appRules(config),
      requests: requestLimits(config),
      storeShare: shareOfPool(config),
      manifestRules: manifestRules(config),
      maxLimit: config.sections.api.max_limit,
      maxEventStreams: config.sections.api.max_event_streams,
    },
  );
  return {
    ...api,
    ready: () => readinessOf(base),
    ...observersOf(base),
    stop: () => {
      live.stop();
      return closeBase(base);
    },
  };
}

async function openPolicy({ clock, logger }: Platform, config: Config): Promise<LivePolicy> {
  return livePolicy({ sources: await policySources(config), options: enforcementOf(config), clock, logger });
}
