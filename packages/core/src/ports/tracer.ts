/** Spans of a distributed trace; OpenTelemetry where a process has its SDK, nothing where it has not. */
export interface Tracer {
  /** Where the present span stands, as W3C `traceparent`; null outside of a trace. */
  current(): string | null;
  /** Runs the work in a span below the present one, or below `parent` where that is given. A failure marks the span. */
  span<T>(name: string, about: SpanAbout, work: () => Promise<T>): Promise<T>;
}

export interface SpanAbout {
  /** W3C `traceparent` of the span to go on from. */
  readonly parent?: string | null;
  readonly attributes?: Readonly<Record<string, string | number>>;
}
