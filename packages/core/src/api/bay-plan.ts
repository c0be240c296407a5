import type { components } from '@magnum-ts/openapi';
import type { BayPlan } from '../app/preflight.js';
import { Secret } from '../domain/secret.js';
import { entriesOf } from '../domain/stack-needs.js';
import { wireJson } from './http/fields.js';
import type { Answer } from './http/handler.js';

/** What a dry run answers: a success of its own status, at every version. `withStack`: whether the stack is asked for, too. */
export function planAnswer(plan: BayPlan, withStack: boolean): Answer {
  const body = wireJson<'BayPlan'>({
    name: plan.name,
    driver: plan.driver,
    resources: byType(plan),
    quotas: entriesOf(plan.needs).map(([kind, needed]) => {
      const allowance = plan.allowances.find((one) => one.kind === kind);
      return { kind, needed, limit: allowance?.limit ?? null, used: allowance?.used ?? null };
    }),
    warnings: plan.warnings.map(({ field, message }) => ({ field, message })),
    ...(withStack ? { stack: shownStack(plan) } : {}),
  });
  return { status: 200, body, warnings: plan.warnings };
}

function shownStack({ stack }: BayPlan): NonNullable<components['schemas']['BayPlan']['stack']> {
  const parameters = Object.entries(stack.parameters).map(([name, value]) => [name, value instanceof Secret ? '***' : value]);
  return { template: { ...stack.template }, files: { ...stack.files }, parameters: Object.fromEntries(parameters) };
}

function byType({ resources }: BayPlan): components['schemas']['BayPlan']['resources'] {
  const names = new Map<string, string[]>();
  for (const { type, name } of resources) {
    const known = names.get(type);
    if (known) known.push(name);
    else names.set(type, [name]);
  }
  return [...names].map(([type, all]) => ({ type, count: all.length, names: all }));
}
