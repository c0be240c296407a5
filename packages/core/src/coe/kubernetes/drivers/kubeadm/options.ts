import type { Problem } from '../../../../domain/labels.js';

/** An option as kubeadm's lists of extra arguments have it. */
export interface Option {
  readonly name: string;
  readonly value: string;
}

export const COMPONENTS = ['kubelet', 'kubeapi', 'kubecontroller', 'kubescheduler', 'kubeproxy'] as const;
export type Component = (typeof COMPONENTS)[number];

/*
 * Labels such as `kubeapi_options` hold a piece of a command line. Earlier drivers put the text into a script, where it could be
 * anything; here it is taken apart, and each option travels as a name and a value, in data, up to the manifest that kubeadm writes.
 * What cannot be taken apart is refused: an option that is silently lost is found out when it is needed.
 */

/** The next word: parts with and without quotes, up to a space. */
const WORD = /\s*((?:[^\s'"]|'[^']*'|"[^"]*")+)/gy;
const OPTION = /^--([a-z0-9][a-z0-9-]*)(?:=([\s\S]*))?$/;

/** Options that kubeadm or this driver sets, on which the cluster's keys, addresses or healing depend. */
const OWNED: Readonly<Record<Component, readonly string[]>> = {
  kubelet: [
    ...['kubeconfig', 'bootstrap-kubeconfig', 'config', 'config-dir', 'client-ca-file', 'tls-cert-file', 'tls-private-key-file'],
    ...['provider-id', 'hostname-override', 'node-ip', 'container-runtime-endpoint', 'cloud-provider', 'anonymous-auth'],
    ...['authorization-mode', 'rotate-certificates', 'node-labels', 'register-with-taints', 'cgroup-driver'],
  ],
  kubeapi: [
    ...['client-ca-file', 'tls-cert-file', 'tls-private-key-file', 'secure-port', 'bind-address', 'advertise-address'],
    ...['kubelet-certificate-authority', 'kubelet-client-certificate', 'kubelet-client-key', 'proxy-client-cert-file'],
    ...['proxy-client-key-file', 'requestheader-client-ca-file', 'service-account-key-file', 'service-account-signing-key-file'],
    ...['service-cluster-ip-range', 'authorization-mode', 'enable-bootstrap-token-auth', 'enable-admission-plugins'],
  ],
  kubecontroller: [
    ...['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig', 'client-ca-file', 'root-ca-file'],
    ...['cluster-signing-cert-file', 'cluster-signing-key-file', 'service-account-private-key-file', 'cluster-cidr'],
    ...['service-cluster-ip-range', 'allocate-node-cidrs', 'node-cidr-mask-size', 'leader-elect', 'controllers'],
  ],
  kubescheduler: ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig', 'leader-elect'],
  kubeproxy: [],
};

const OWNED_START: Readonly<Record<Component, string>> = {
  kubelet: '',
  kubeapi: 'etcd-',
  kubecontroller: 'cluster-signing-',
  kubescheduler: '',
  kubeproxy: '',
};

/** Options of a label's text. An option without a value is switched on. */
export function optionsOf(text: string): readonly Option[] {
  return parse(text).options;
}

/** What is wrong with a label of options. */
export function optionProblems(component: Component, text: string): readonly Problem[] {
  const field = `labels.${component}_options`;
  const { options, rest } = parse(text);
  if (rest !== undefined)
    return [
      {
        field,
        message: `${JSON.stringify(rest.slice(0, 40))} is no option; write --name=value, with quotes around a value with spaces`,
      },
    ];
  return options.flatMap(({ name, value }): Problem[] => {
    if (component === 'kubeproxy' && !(name === 'proxy-mode' && PROXY_MODES.includes(value)))
      return [{ field, message: `--${name} is not taken; only --proxy-mode=${PROXY_MODES.join('|')} is` }];
    if (component === 'kubelet' && /[\s"'\\$]/.test(value))
      return [
        {
          field,
          message: `the value of --${name} has a space, a quotation mark, a backslash or a dollar sign, which kubelets cannot be given`,
        },
      ];
    if (!isOwned(component, name)) return [];
    return [{ field, message: `--${name} is set by the service, and the bay depends on it; leave it out` }];
  });
}

const PROXY_MODES: readonly string[] = ['iptables', 'nftables'];

function isOwned(component: Component, name: string): boolean {
  const start = OWNED_START[component];
  return OWNED[component].includes(name) || (start !== '' && name.startsWith(start));
}

interface Parsed {
  readonly options: readonly Option[];
  /** The first part that is no option. */
  readonly rest?: string;
}

function parse(text: string): Parsed {
  const words = [...text.matchAll(WORD)].map(([, word = '']) => word);
  const read = [...text.matchAll(WORD)].reduce((sum, [all]) => sum + all.length, 0);
  const options: Option[] = [];
  while (words.length > 0) {
    const word = words.shift() ?? '';
    const [, name, given] = OPTION.exec(unquoted(word)) ?? [];
    if (name === undefined) return { options, rest: word };
    const hasNext = given === undefined && words[0] !== undefined && !words[0].startsWith('--');
    options.push({ name, value: given ?? (hasNext ? unquoted(words.shift() ?? '') : 'true') });
  }
  // A quotation mark without a second one ends the reading.
  return read === text.trimEnd().length ? { options } : { options, rest: text.slice(read) };
}

function unquoted(word: string): string {
  return word.replaceAll(
    /'([^']*)'|"([^"]*)"/g,
    (_all, single: string | undefined, double: string | undefined) => single ?? double ?? '',
  );
}
