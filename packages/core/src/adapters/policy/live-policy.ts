import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { Policy } from '../../ports/policy.js';
import { DEFAULT_RULES } from './defaults.js';
import { enforcerOver, type EnforcerOptions } from './enforcer.js';
import { fingerprintOf, isThere, readPolicySources, type PolicySources } from './policy-sources.js';
import { assembleRules, type RuleSet } from './rules.js';

export interface LivePolicyDeps {
  readonly sources: PolicySources;
  readonly options: EnforcerOptions;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The rules of the policy files over the defaults, followed while the process runs. */
export interface LivePolicy {
  readonly policy: Policy;
  /** Looks for changes once. What cannot be read or understood is logged, and the rules stay as they are. */
  refresh(): Promise<void>;
  stop(): void;
}

/** How often files are looked at: the longest that a changed rule is not yet obeyed, milliseconds. */
export const LOOK_EVERY_MS = 5_000;

/** Errors: `invalid-parameter` when the files of the start are not in order: then there are no good rules to stay with. */
export async function livePolicy(deps: LivePolicyDeps): Promise<LivePolicy> {
  const { sources, options, clock, logger } = deps;
  let seen = await fingerprintOf(sources);
  let current = await readRules(deps);
  // A file that was obeyed and vanishes leaves its rules behind: without them, what they refuse would be allowed.
  let isFileRequired = sources.isFileRequired || (await isThere(sources.file));
  warnOfLaxness(options, logger);
  report(current, logger);
  const refresh = async (): Promise<void> => {
    const now = await fingerprintOf(sources);
    if (now === seen) return;
    // A file that changes again while it is read is read again at the next look.
    seen = now;
    try {
      current = await readRules({ options, sources: { ...sources, isFileRequired } });
      isFileRequired ||= await isThere(sources.file);
      logger.info('policy read again', { rules: replacedIn(current) });
      report(current, logger);
    } catch (error) {
      logger.error('policy cannot be used: the last valid rules stay in force', { error });
    }
  };
  const stopping = new AbortController();
  const follow = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, stopping.signal);
      await refresh();
    }
  };
  follow().catch((error: unknown) => {
    if (!stopping.signal.aborted) logger.error('policy files are no longer followed', { error });
  });
  return { policy: enforcerOver(() => current, options), refresh, stop: () => stopping.abort(new Error('stopping')) };
}

export async function readRules({ sources, options }: Pick<LivePolicyDeps, 'sources' | 'options'>): Promise<RuleSet> {
  const overrides = await readPolicySources(sources);
  return assembleRules({ defaults: DEFAULT_RULES, overrides, enforceNewDefaults: options.enforceNewDefaults ?? true });
}

/** Logged at each start, so that a protection that was turned off for an upgrade is not forgotten. */
function warnOfLaxness({ enforceNewDefaults, enforceScope }: EnforcerOptions, logger: Logger): void {
  if (enforceNewDefaults === false)
    logger.warn('policy', {
      warning:
        '[oslo_policy] enforce_new_defaults is false: everyone with any role in a project, readers too, may change and delete in it',
    });
  if (enforceScope === false)
    logger.warn('policy', { warning: '[oslo_policy] enforce_scope is false: tokens for the system and for domains are let in' });
}

function report(rules: RuleSet, logger: Logger): void {
  for (const warning of rules.warnings) logger.warn('policy', { warning });
}

function replacedIn({ rules }: RuleSet): number {
  return [...rules.values()].filter((rule) => rule.origin !== 'default').length;
}
