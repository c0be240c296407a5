import type { Asked } from '../asked.js';
import { BAYS } from './bay-models.js';
import { CLUSTERS, NO_CLUSTERS } from './clusters.js';
import { NODE_GROUPS } from './node-groups.js';
import { OTHERS } from './others.js';
import { ROOTS } from './roots.js';
import { NO_TEMPLATES, ODD_TEMPLATES, TEMPLATES } from './templates.js';

/** In the order in which they are made: later ones stand on what earlier ones have left, and the last ones remove it. */
export const REQUESTS: readonly Asked[] = [
  ...ROOTS,
  ...TEMPLATES,
  ...BAYS,
  ...CLUSTERS,
  ...NODE_GROUPS,
  ...OTHERS,
  ...NO_CLUSTERS,
  ...NO_TEMPLATES,
  ...ODD_TEMPLATES,
];
