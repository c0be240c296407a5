/** An option of credentials and addresses. It takes precedence over its variable, and that over the key of clouds.yaml. */
export interface ConnectionFlag {
  /** As commander reads it: `--os-auth-url <url>`. */
  readonly flags: string;
  readonly about: string;
  /** The variable that it sets; by default the name of the option in capitals. */
  readonly variable?: string;
  /** What an option without a value sets the variable to. */
  readonly value?: string;
  /** An older name, or one of few users' concern: understood, and not listed in the short help. */
  readonly hidden?: boolean;
}

export const CONNECTION_FLAGS: readonly ConnectionFlag[] = [
  { flags: '--os-cloud <name>', about: 'name of a cloud in clouds.yaml' },
  { flags: '--os-auth-url <url>', about: "Keystone's address" },
  { flags: '--os-auth-type <type>', about: 'how to log in: v3password, v3token, v3applicationcredential, v3totp …' },
  { flags: '--os-username <name>', about: 'user' },
  { flags: '--os-user-id <id>', about: 'user, in place of a name' },
  { flags: '--os-user-domain-name <name>', about: "the user's domain" },
  { flags: '--os-user-domain-id <id>', about: "the user's domain" },
  { flags: '--os-password <password>', about: 'password; safer in the environment, since other users can see command lines' },
  { flags: '--os-passcode <code>', about: 'one-time password' },
  { flags: '--os-token <token>', about: 'token in place of a password' },
  { flags: '--os-application-credential-id <id>', about: 'application credential in place of a user' },
  { flags: '--os-application-credential-name <name>', about: 'application credential of the user, in place of an id' },
  { flags: '--os-application-credential-secret <secret>', about: 'its secret; safer in the environment' },
  { flags: '--os-project-name <name>', about: 'project' },
  { flags: '--os-project-id <id>', about: 'project, in place of a name' },
  { flags: '--os-project-domain-name <name>', about: "the project's domain" },
  { flags: '--os-project-domain-id <id>', about: "the project's domain" },
  { flags: '--os-trust-id <id>', about: 'trust, in place of a project' },
  { flags: '--os-domain-name <name>', about: 'domain, in place of a project' },
  { flags: '--os-domain-id <id>', about: 'domain, in place of a project' },
  { flags: '--os-system-scope <all>', about: 'the whole system, in place of a project' },
  { flags: '--os-region-name <name>', about: 'region' },
  { flags: '--os-interface <interface>', about: 'public, internal or admin' },
  { flags: '--os-container-infra-api-version <version>', about: 'microversion; the newest by default' },
  { flags: '--magnum-endpoint <url>', about: "Magnum's address, instead of the one in the catalog" },
  { flags: '--os-cacert <file>', about: "authorities of the cloud's certificates, PEM" },
  { flags: '--os-cert <file>', about: 'certificate of this client, PEM' },
  { flags: '--os-key <file>', about: 'its key, where that is a file of its own' },
  { flags: '--insecure', about: 'do not check certificates', variable: 'OS_INSECURE', value: 'true' },
  { flags: '--verify', about: 'check certificates, whatever clouds.yaml says', variable: 'OS_INSECURE', value: 'false' },
  { flags: '--os-identity-api-version <version>', about: "Keystone's version: 3", hidden: true },
  { flags: '--os-tenant-name <name>', about: 'older name of --os-project-name', hidden: true },
  { flags: '--os-tenant-id <id>', about: 'older name of --os-project-id', hidden: true },
  { flags: '--os-auth-token <token>', about: 'older name of --os-token', hidden: true },
  { flags: '--os-endpoint-type <interface>', about: 'older name of --os-interface', hidden: true },
  { flags: '--os-endpoint <url>', about: 'older name of --magnum-endpoint', hidden: true },
  { flags: '--os-endpoint-override <url>', about: 'other name of --magnum-endpoint', hidden: true },
];

/** `--os-auth-url` */
export function optionOf({ flags }: ConnectionFlag): string {
  return flags.split(' ')[0] ?? flags;
}

/** `OS_AUTH_URL` */
export function variableOf(flag: ConnectionFlag): string {
  return flag.variable ?? optionOf(flag).slice(2).toUpperCase().replaceAll('-', '_');
}
