export interface GoPrograms {
  readonly name: string;
  /** Path in the module to path here. */
  readonly files: Readonly<Record<string, string>>;
  /** `.` when absent. */
  readonly packages?: readonly string[];
  readonly flags?: readonly string[];
}

/** Where the programs of such an order are, or will be. */
export function programsFolder(order: GoPrograms): string;

/** Built, once, where the cache has none. Throws with a one-line reason. */
export function buildGoPrograms(
  order: GoPrograms & {
    /** Whether the tests of the package are the program. */
    readonly tests?: boolean;
    readonly duration: string;
    readonly log: (line: string) => void;
  },
): Promise<string>;
