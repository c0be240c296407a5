import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace, type Context } from '@opentelemetry/api';
import type { Tracer } from '../../ports/tracer.js';
import { aroundMethods } from './around.js';

const NAME = '@magnum-ts/core';

/** Where no trace is collected. */
export const noTracer: Tracer = {
  current: () => null,
  span: (_name, _about, work) => work(),
};

/** Only OpenTelemetry's API: the SDK and its exporter are the operator's choice, loaded with `node --import`. */
export const openTelemetryTracer: Tracer = {
  current: () => {
    const carrier: Record<string, string> = {};
    propagation.inject(context.active(), carrier);
    return carrier['traceparent'] ?? null;
  },
  span: (name, about, work) =>
    trace
      .getTracer(NAME)
      .startActiveSpan(name, { attributes: { ...about.attributes } }, contextOf(about.parent), async (span) => {
        try {
          return await work();
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : '' });
          throw error;
        } finally {
          span.end();
        }
      }),
};

function contextOf(parent: string | null | undefined): Context {
  return parent ? propagation.extract(ROOT_CONTEXT, { traceparent: parent }) : context.active();
}

/** Every asynchronous method of a part in a span of its own: `orchestrator.create`. */
export function traceMethods<T extends object>(tracer: Tracer, name: string, part: T, methods: readonly (keyof T & string)[]): T {
  return aroundMethods(part, methods, (method, work) => tracer.span(`${name}.${method}`, {}, work));
}
