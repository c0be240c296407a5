import type { LabelSchema } from '../../../../../domain/labels.js';
import { AUDIT_LABELS } from './audit.js';
import { ENCRYPTION_LABELS } from './encryption.js';
import { OIDC_LABELS } from './oidc.js';
import { POD_SECURITY_LABELS } from './pod-security.js';

/** Labels of what the API server of a bay does beyond what that of every bay does. */
export const API_SERVER_LABELS = {
  ...OIDC_LABELS,
  ...AUDIT_LABELS,
  ...ENCRYPTION_LABELS,
  ...POD_SECURITY_LABELS,
} as const satisfies LabelSchema;
