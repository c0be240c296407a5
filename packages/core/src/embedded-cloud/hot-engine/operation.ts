import { linkedController } from '../../concurrency/linked-controller.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { StackAction } from '../../ports/orchestrator.js';
import { PathFailure } from './failure.js';
import type { Journal } from './journal.js';
import type { Rows, StackRow, StoredSpec } from './rows.js';
import type { Convergence } from './convergence.js';
import { DomainError } from '../../domain/errors.js';

export interface OperationDeps {
  readonly rows: Pick<Rows, 'stack'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The engine itself has failed repeatedly: the stack fails with that reason instead of staying in progress for ever. */
  readonly isLastAttempt: boolean;
  /** Whether this engine has the stack's lease. */
  readonly isMine: (stack: StackRow) => boolean;
  open(stack: StackRow, spec: StoredSpec): Promise<{ readonly journal: Journal; readonly run: Convergence }>;
}

/** Works on a stack until nothing of it is in progress. A failed operation with rollback continues as a rollback. */
export async function operate(deps: OperationDeps, stackId: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const stack = await deps.rows.stack(stackId);
    if (stack?.state !== 'IN_PROGRESS' || !deps.isMine(stack)) return;
    await step(deps, stack, signal);
  }
}

async function step(deps: OperationDeps, stack: StackRow, signal: AbortSignal): Promise<void> {
  const { journal, run } = await deps.open(stack, stack.action === 'ROLLBACK' ? (stack.previousSpec ?? stack.spec) : stack.spec);
  const limit = timer(deps.clock, stack, signal);
  try {
    await work(run, stack, limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    const reason = reasonOf(error, stack, limit.isOver(), deps.isLastAttempt);
    if (reason === undefined) throw error;
    deps.logger.info('stack operation failed', { stackId: stack.id, action: stack.action });
    return await fail(journal, stack, reason);
  } finally {
    limit.end();
  }
  deps.logger.info('stack operation complete', { stackId: stack.id, action: stack.action });
  await finish(journal, stack);
}

async function work(run: Convergence, stack: StackRow, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const removes = stack.action === 'DELETE' || (stack.action === 'ROLLBACK' && !stack.previousSpec);
  await (removes ? run.removeAll(signal) : run.converge(signal));
}

/** The platform's timers overflow above 2³¹ ms, and fire at once. */
const LONGEST_SLEEP = 2 ** 31 - 1;

/** The time limit of an operation, from the start in the database: a restart of the engine gives no more time. */
function timer(
  clock: Clock,
  stack: StackRow,
  outer: AbortSignal,
): { readonly signal: AbortSignal; isOver(): boolean; end(): void } {
  const controller = linkedController(outer);
  const pause = linkedController(outer);
  let over = false;
  const watch = async (end: number): Promise<void> => {
    for (let left = end - clock.now().getTime(); left > 0; left = end - clock.now().getTime()) {
      await clock.sleep(Math.min(left, LONGEST_SLEEP), pause.signal);
    }
    over = true;
    controller.abort(new Error('timed out'));
  };
  if (stack.spec.timeoutMinutes > 0) void watch(stack.startedAt + stack.spec.timeoutMinutes * 60_000).catch(() => undefined);
  const end = (): void => {
    pause.abort(new Error('done'));
    controller.abort(new Error('done'));
  };
  return { signal: controller.signal, isOver: () => over, end };
}

const TITLES: Record<StackAction, string> = { CREATE: 'Create', UPDATE: 'Update', DELETE: 'Delete', ROLLBACK: 'Rollback' };

function reasonOf(error: unknown, stack: StackRow, isTimeUp: boolean, isLastAttempt: boolean): string | undefined {
  if (isTimeUp) return `${TITLES[stack.action]} timed out`;
  if (error instanceof PathFailure)
    return `Resource ${stack.action === 'ROLLBACK' ? 'UPDATE' : stack.action} failed: ${error.message}`;
  if (error instanceof DomainError && error.kind === 'cloud-refused') return `${TITLES[stack.action]} failed: ${error.message}`;
  return isLastAttempt
    ? `${TITLES[stack.action]} failed: the orchestration engine met an internal error; its log says more`
    : undefined;
}

async function fail(journal: Journal, stack: StackRow, reason: string): Promise<void> {
  const undo = stack.spec.rollbackOnFailure && (stack.action === 'CREATE' || stack.action === 'UPDATE');
  if (undo)
    await journal.stack(
      { action: 'ROLLBACK', state: 'IN_PROGRESS', reason: `Stack ROLLBACK started: ${reason}` },
      { failure: reason, isNext: true },
    );
  else await journal.stack({ action: stack.action, state: 'FAILED', reason });
}

async function finish(journal: Journal, stack: StackRow): Promise<void> {
  if (stack.action === 'DELETE') return journal.forget();
  const after = stack.failure === null ? '' : ` (${stack.failure})`;
  const change = {
    action: stack.action,
    state: 'COMPLETE',
    reason: `Stack ${stack.action} completed successfully${after}`,
  } as const;
  if (stack.action !== 'ROLLBACK') return journal.stack(change, { forgetPrevious: true });
  await journal.stack(change, { ...(stack.previousSpec ? { spec: stack.previousSpec } : {}), forgetPrevious: true });
}
