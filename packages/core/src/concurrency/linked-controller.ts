import { setMaxListeners } from 'node:events';

/**
 * An AbortController that aborts with its parent, with the parent's reason, and can be aborted by itself. It ends the work on one
 * part (the resources of one stack, one wait) without ending the whole. The parent holds it strongly, unlike `AbortSignal.any` on
 * Node 20, and drops its listener when the controller aborts: abort it when the work has ended, or a long-lived parent gathers
 * listeners. Hundreds of resources may listen to one signal, so the warning about many listeners is off.
 */
export function linkedController(parent: AbortSignal): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  if (parent.aborted) controller.abort(parent.reason);
  else parent.addEventListener('abort', () => controller.abort(parent.reason), { once: true, signal: controller.signal });
  return controller;
}
