// The package has no types of its own, and those of DefinitelyTyped leave `compile` out.
declare module 'jmespath' {
  const jmespath: {
    /** Parses an expression. Throws an error that says where it is wrong. */
    compile(expression: string): unknown;
    search(data: unknown, expression: string): unknown;
  };
  export default jmespath;
}
