import { DomainError } from '../domain/errors.js';
import { labelProblems, type LabelBounds, type Labels, type Problem } from '../domain/labels.js';
import type { BayDriver } from '../ports/bay-driver.js';
import type { Access, AppDeps } from './deps.js';

export function listDrivers(deps: AppDeps, access: Access): readonly BayDriver[] {
  deps.policy.require(access.action, access.actor);
  return deps.engines.drivers().toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Errors: `not-found`, `forbidden`. */
export function getDriver(deps: AppDeps, access: Access, name: string): BayDriver {
  const driver = listDrivers(deps, access).find((known) => known.name === name);
  if (driver) return driver;
  throw new DomainError('not-found', `Driver ${name} could not be found.`);
}

/** Errors: `invalid-parameter` for the first of the problems that a driver finds, by the name of its field. */
export function refuseFirst(problems: readonly Problem[]): void {
  const [problem] = problems;
  if (!problem) return;
  const { field, message } = problem;
  throw new DomainError('invalid-parameter', { field, message: message.startsWith(field) ? message : `${field}: ${message}.` });
}

/** What of a model its driver takes and does not act on; the warning does not depend on `[api] label_check`. */
export function withoutEffect(
  driver: BayDriver,
  model: Parameters<NonNullable<BayDriver['withoutEffect']>>[0],
): readonly Problem[] {
  return driver.withoutEffect?.(model) ?? [];
}

/** What is odd about labels, to be shown as warnings; a refusal of the first of them where the operator wants that. */
export function checkLabels(
  deps: Pick<AppDeps, 'labelCheck' | 'labelBounds'>,
  driver: BayDriver,
  labels: Labels,
): readonly Problem[] {
  requireWithin(deps.labelBounds, driver, labels);
  if (deps.labelCheck === 'off') return [];
  const problems = labelProblems(driver.labels, labels);
  const [first] = problems;
  if (!first || deps.labelCheck !== 'enforce') return problems;
  throw new DomainError('invalid-parameter', {
    field: first.field,
    message: `${first.field}: ${first.message}. The labels of ${driver.name} stand under /v1/drivers/${driver.name}.`,
  });
}

/**
 * Bounds on labels, those of an operator included. The specification's are as wide as the widest label of any driver; only the driver knows
 * which one that is. Error: `invalid-parameter`.
 */
function requireWithin({ count, length }: LabelBounds, driver: BayDriver, labels: Labels): void {
  const names = Object.keys(labels);
  if (names.length > count)
    throw new DomainError('invalid-parameter', {
      field: 'labels',
      message: `labels: they are ${names.length}; this service takes ${count} at most. Leave some out.`,
    });
  const longest = (name: string): number => (Object.hasOwn(driver.labels, name) && driver.labels[name]?.longest) || length;
  const long = names.find((name) => name.length > length || (labels[name] ?? '').length > longest(name));
  if (long !== undefined) {
    const most = long.length > length ? length : longest(long);
    throw new DomainError('invalid-parameter', {
      field: 'labels',
      message: `labels: name and value of ${JSON.stringify(long.slice(0, 80))} may have ${most} characters at most here. Use shorter ones.`,
    });
  }
}
