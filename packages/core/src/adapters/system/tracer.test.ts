import { context, propagation, trace, type Context, type ContextManager } from '@opentelemetry/api';
import { AsyncLocalStorage } from 'node:async_hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTelemetryTracer, traceMethods } from './tracer.js';

const exporter = new InMemorySpanExporter();

/** What an operator's SDK brings: a context that follows promises. */
class LocalContext implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active(): Context {
    return this.#storage.getStore() ?? ROOT;
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    work: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => work.call(thisArg, ...args));
  }
  bind<T>(_active: Context, target: T): T {
    return target;
  }
  enable(): this {
    return this;
  }
  disable(): this {
    return this;
  }
}
const ROOT = context.active();

beforeAll(() => {
  context.setGlobalContextManager(new LocalContext());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
});
beforeEach(() => exporter.reset());
afterAll(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

describe('a trace', () => {
  test('goes on in another process from what the first one has written down', async () => {
    const handed = await openTelemetryTracer.span('request', {}, async () => openTelemetryTracer.current());
    await openTelemetryTracer.span(
      'conductor.pass',
      { parent: handed, attributes: { 'magnum.generation': 3 } },
      async () => undefined,
    );
    const [request, pass] = exporter.getFinishedSpans();
    expect(handed).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(pass?.spanContext().traceId).toBe(request?.spanContext().traceId);
    expect(pass?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    expect(pass?.attributes).toEqual({ 'magnum.generation': 3 });
  });

  test('holds every call of a part, and marks the ones that failed', async () => {
    const part = traceMethods(
      openTelemetryTracer,
      'orchestrator',
      { create: async () => 'made', delete: () => Promise.reject(new Error('no')), name: () => 'x' },
      ['create', 'delete'],
    );
    expect(await openTelemetryTracer.span('pass', {}, () => part.create())).toBe('made');
    await expect(part.delete()).rejects.toThrow('no');
    expect(part.name()).toBe('x');
    const spans = exporter.getFinishedSpans();
    expect(spans.map((span) => span.name)).toEqual(['orchestrator.create', 'pass', 'orchestrator.delete']);
    expect(spans[2]?.status).toEqual({ code: 2, message: 'no' });
    expect(spans[0]?.parentSpanContext?.spanId).toBe(spans[1]?.spanContext().spanId);
  });

  test('is null where there is none', () => {
    expect(openTelemetryTracer.current()).toBeNull();
  });
});
