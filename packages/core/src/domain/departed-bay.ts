import type { BayId, StackName } from './ids.js';

/**
 * A bay that is gone, for as long as a late process may still write what belongs to it: its database rows are fenced, what
 * rests with neighbours is not. Everything that a bay leaves there bears a name that is derived from these fields, so nothing
 * is searched for by its looks, and nothing of anybody else can be met. What is unknown is null: the bay was found by a secret
 * that it left.
 */
export interface DepartedBay {
  readonly id: BayId;
  readonly projectId: string | null;
  readonly userId: string | null;
  readonly stackName: StackName | null;
  /** The newest that it had. */
  readonly caGeneration: number;
  readonly credentialGeneration: number;
  /** The time of the next sweep. */
  readonly lookAt: Date;
}
