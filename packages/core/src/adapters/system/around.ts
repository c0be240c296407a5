/** What is done around a call of a method: it calls `work` once, and passes on what that gives or throws. */
export type Around = (method: string, work: () => Promise<unknown>) => Promise<unknown>;

/** A part whose asynchronous `methods` run inside of `around`; everything else of it is as it was. */
export function aroundMethods<T extends object>(part: T, methods: readonly (keyof T & string)[], around: Around): T {
  return new Proxy(part, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const call = (...args: readonly unknown[]): unknown => Reflect.apply(value, target, args);
      if (!methods.some((method) => method === property)) return call;
      return (...args: readonly unknown[]) => around(String(property), async () => call(...args));
    },
  });
}
