import { labelValue, type Labels, type LabelSchema, type Problem } from '../../../../../domain/labels.js';
import type { ApiServerSettings } from './part.js';

/** Login with tokens of an OpenID Connect issuer. The names are those of magnum-cluster-api, so that its templates serve here. */
export const OIDC_LABELS = {
  oidc_issuer_url: {
    type: 'string',
    default: '',
    meaning: 'Issuer of OpenID Connect whose tokens the API server accepts, `https://…`; none when empty.',
  },
  oidc_client_id: {
    type: 'string',
    default: '',
    meaning: 'Client for which these tokens must have been made; with `oidc_issuer_url`.',
  },
  oidc_username_claim: { type: 'string', default: 'sub', meaning: 'Claim of a token that is the name of the user.' },
  oidc_username_prefix: {
    type: 'string',
    default: '',
    meaning: "What is put before that name, `-` for nothing; when empty the issuer's URL, but for the claim `email`.",
  },
  oidc_groups_claim: { type: 'string', default: '', meaning: "Claim of a token that has the user's groups; none when empty." },
  oidc_groups_prefix: { type: 'string', default: '', meaning: 'What is put before the name of each of these groups.' },
} as const satisfies LabelSchema;

type OidcLabel = keyof typeof OIDC_LABELS;
const DEPENDENT = Object.keys(OIDC_LABELS).filter((name) => name !== 'oidc_issuer_url') as readonly OidcLabel[]; // keys of the schema

/** Arguments of the API server that are set where an issuer is named. */
export const OIDC_ARGUMENTS: readonly string[] = [
  ...['oidc-issuer-url', 'oidc-client-id', 'oidc-username-claim', 'oidc-username-prefix', 'oidc-groups-claim'],
  // An API server takes its issuers from the options or from that file, and does not start with both.
  ...['oidc-groups-prefix', 'oidc-ca-file', 'authentication-config'],
];

export function namesIssuer(labels: Labels): boolean {
  return valueOf(labels, 'oidc_issuer_url') !== '';
}

export function oidcSettings(labels: Labels): ApiServerSettings | undefined {
  if (!namesIssuer(labels)) return undefined;
  const names = Object.keys(OIDC_LABELS) as readonly OidcLabel[]; // keys of the schema
  return {
    arguments: names
      .map((name) => ({ name: name.replaceAll('_', '-'), value: valueOf(labels, name) }))
      .filter(({ value }) => value !== ''),
    checksIssuer: true,
  };
}

export function oidcProblems(labels: Labels): readonly Problem[] {
  if (!namesIssuer(labels)) return DEPENDENT.filter((name) => (labels[name] ?? '') !== '').map(withoutIssuer);
  const problems: Problem[] = [];
  const wrong = wrongIn(valueOf(labels, 'oidc_issuer_url'));
  if (wrong !== undefined) problems.push({ field: 'labels.oidc_issuer_url', message: wrong });
  if (valueOf(labels, 'oidc_client_id') === '')
    problems.push({
      field: 'labels.oidc_client_id',
      message: 'it is missing: an issuer makes tokens for many clients; name the one whose tokens are meant for this bay',
    });
  if (valueOf(labels, 'oidc_username_claim') === '')
    problems.push({
      field: 'labels.oidc_username_claim',
      message: 'is empty, and a user needs a name; name a claim, or leave the label out for sub',
    });
  return problems;
}

function withoutIssuer(name: OidcLabel): Problem {
  return { field: `labels.${name}`, message: 'has no meaning without an issuer; set oidc_issuer_url, or leave the label out' };
}

/** What Kubernetes refuses of an issuer, at the start of the API server, which a bay would wait for in vain. */
function wrongIn(text: string): string | undefined {
  const shown = JSON.stringify(text.slice(0, 80));
  if (!URL.canParse(text) || new URL(text).protocol !== 'https:')
    return `${shown} is no address over TLS; write the issuer as its tokens have it: https://issuer.example/realm`;
  const { username, password, search, hash } = new URL(text);
  if ([username, password, search, hash].some((part) => part !== ''))
    return `${shown} has a user, a query or a fragment, which an issuer has not; write scheme, host and path alone`;
  return undefined;
}

function valueOf(labels: Labels, name: OidcLabel): string {
  return labelValue(OIDC_LABELS, labels, name)?.trim() ?? '';
}
