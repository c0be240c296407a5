import { LongWork } from '../concurrency/long-work.js';
import { memoryLimits, type LimitOptions } from '../adapters/limits/memory.js';
import type { FetchRules } from '../adapters/manifests/fetch-bytes.js';
import { manifests } from '../adapters/manifests/manifests.js';
import { createApi } from '../api/http/dispatch.js';
import type { ApiLimits } from '../api/http/handler.js';
import { toWebHandler, type HttpHandler, type WebHandler } from '../api/http/request.js';
import { router, traceRequests } from '../api/http/router.js';
import { StoreShares } from '../api/http/store-shares.js';
import type { AppRules } from '../app/rules.js';
import type { MessageBus } from '../ports/bus.js';
import type { Identity } from '../ports/identity.js';
import type { Platform } from '../ports/platform.js';
import type { Policy } from '../ports/policy.js';
import type { CloudParts } from './cloud-parts.js';

export interface ApiOptions extends ApiLimits {
  readonly rules: AppRules;
  readonly requests: LimitOptions;
  /** Connections to the database that one project may use at a time. */
  readonly storeShare: number;
  readonly manifestRules: FetchRules;
}

export interface ApiParts {
  readonly cloud: CloudParts;
  readonly bus: MessageBus;
  readonly policy: Policy;
  readonly identity: Identity;
}

export interface Api {
  readonly fetch: WebHandler;
  /** The same for a socket, without web objects. */
  readonly answer: HttpHandler;
}

/** The API over these parts, and before it what the cloud answers by itself. */
export function composeApi(platform: Platform, { cloud, bus, policy, identity }: ApiParts, options: ApiOptions): Api {
  const api = createApi({
    ...cloud.deps,
    ...platform,
    ...options.rules,
    bus,
    policy,
    identity,
    maxLimit: options.maxLimit,
    maxEventStreams: options.maxEventStreams,
    manifests: manifests(options.manifestRules),
    limits: memoryLimits(options.requests),
    shares: new StoreShares(options.storeShare),
    longWork: new LongWork(),
  });
  const answer = traceRequests(router(cloud.mounts, api, platform.logger), platform.tracer);
  return { answer, fetch: toWebHandler(answer) };
}
