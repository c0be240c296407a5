import { labelProblems, type Labels, type Problem } from '../../../../../domain/labels.js';
import { optionsOf } from '../options.js';
import { AUDIT_ARGUMENTS, keepsAuditLog } from './audit.js';
import { ENCRYPTION_ARGUMENTS, encryptsSecrets } from './encryption.js';
import { API_SERVER_LABELS } from './labels.js';
import { namesIssuer, OIDC_ARGUMENTS, oidcProblems } from './oidc.js';
import { limitsPods, POD_SECURITY_ARGUMENTS } from './pod-security.js';

/** Labels that set arguments of the API server, each with those arguments. */
const SETTERS: readonly (readonly [label: string, isSet: (labels: Labels) => boolean, argumentsOf: readonly string[]])[] = [
  ['oidc_issuer_url', namesIssuer, OIDC_ARGUMENTS],
  ['audit_log_enabled', keepsAuditLog, AUDIT_ARGUMENTS],
  ['encryption_at_rest', encryptsSecrets, ENCRYPTION_ARGUMENTS],
  ['pod_security_default', limitsPods, POD_SECURITY_ARGUMENTS],
];

/** What is wrong with the labels of the API server, each by itself, together, and with `kubeapi_options`. */
export function apiServerProblems(labels: Labels): readonly Problem[] {
  return [...typeProblems(labels), ...oidcProblems(labels), ...conflicts(labels), ...pluginProblems(labels)];
}

/**
 * Elsewhere a label of the wrong type may be no more than a warning, and have no effect. What protects a cluster must not be left out
 * because a label says `yes`.
 */
function typeProblems(labels: Labels): readonly Problem[] {
  const own = Object.entries(labels).filter(([name]) => Object.hasOwn(API_SERVER_LABELS, name));
  return labelProblems(API_SERVER_LABELS, Object.fromEntries(own));
}

/** An argument that is given twice has the value that comes last, whichever that is. */
function conflicts(labels: Labels): readonly Problem[] {
  const given = new Set(optionsOf(labels['kubeapi_options'] ?? '').map(({ name }) => name));
  return SETTERS.filter(([, isSet]) => isSet(labels)).flatMap(([label, , names]) =>
    names
      .filter((name) => given.has(name))
      .map((name) => ({
        field: 'labels.kubeapi_options',
        message: `--${name} and the label ${label} exclude each other; leave one of them out`,
      })),
  );
}

function pluginProblems(labels: Labels): readonly Problem[] {
  const given = optionsOf(labels['kubeapi_options'] ?? '');
  const isOff = given.some(({ name, value }) => name === 'disable-admission-plugins' && value.split(',').includes('PodSecurity'));
  if (!limitsPods(labels) || !isOff) return [];
  const message = 'it switches PodSecurity off, which the label pod_security_default needs; leave one of them out';
  return [{ field: 'labels.kubeapi_options', message }];
}
