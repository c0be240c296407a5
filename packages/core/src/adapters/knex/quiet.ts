/** Knex prints failures to the console by itself; here every failure is an error that its caller handles. */
export const QUIET = { warn: silent, error: silent, debug: silent, deprecate: silent };

function silent(): void {
  // Nothing: the error is thrown as well.
}
