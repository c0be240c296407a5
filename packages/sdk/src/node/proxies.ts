/** The proxy of an address, by the variables that curl and Python's requests read: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`. */
import { BlockList, isIP } from 'node:net';
import type { Environment } from '../environment.js';
import { MagnumError } from '../errors.js';

export type ProxyChoice = (address: URL) => URL | undefined;

/** Reads the variables, of which the lower-case form has precedence. `OS_PROXY` is the proxy of this cloud alone. Throws MagnumError. */
export function proxiesFromEnv(env: Environment): ProxyChoice {
  const own = readProxy(env, ['OS_PROXY']);
  // A web server that runs a program by CGI puts the header `Proxy` of a stranger's request into HTTP_PROXY.
  const http = readProxy(env, env['REQUEST_METHOD'] === undefined ? ['http_proxy', 'HTTP_PROXY'] : ['http_proxy']);
  const https = readProxy(env, ['https_proxy', 'HTTPS_PROXY']);
  const all = readProxy(env, ['all_proxy', 'ALL_PROXY']);
  const isExempt = exemptions(env['no_proxy'] ?? env['NO_PROXY'] ?? '');
  return (address) => (isExempt(address) ? undefined : (own ?? (address.protocol === 'https:' ? https : http) ?? all));
}

function readProxy(env: Environment, names: readonly string[]): URL | undefined {
  const name = names.find((known) => env[known] !== undefined);
  const text = name === undefined ? '' : env[name];
  return name === undefined || !text ? undefined : parseProxy(text, name);
}

/** `what` begins the message. The address is not shown, since it may have a password. Throws MagnumError (`invalid-address`). */
export function parseProxy(text: string, what: string): URL {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const fail = (reason: string): MagnumError => new MagnumError(`${what} ${reason}`, 'invalid-address');
  if (!URL.canParse(full)) throw fail('is no address of a proxy, such as http://proxy.example:3128');
  const proxy = new URL(full);
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')
    throw fail(`names a proxy of the kind ${proxy.protocol}//, which is not supported; give one that speaks HTTP`);
  return proxy;
}

/** Reads NO_PROXY: hosts with their subdomains, with or without a port, addresses, networks in CIDR, or `*`. */
function exemptions(text: string): (address: URL) => boolean {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const networks = new BlockList();
  const names = entries.filter((entry) => !addNetwork(networks, entry)).map(parseExemption);
  return (address) => {
    const host = bareHost(address.hostname);
    const port = address.port || (address.protocol === 'https:' ? '443' : '80');
    const family = isIP(host);
    if (family !== 0 && networks.check(host, family === 6 ? 'ipv6' : 'ipv4')) return true;
    return names.some((entry) => (entry.port ?? port) === port && matchesHost(entry.host, host));
  };
}

function addNetwork(networks: BlockList, entry: string): boolean {
  const [network = '', prefix = ''] = entry.split('/');
  const family = isIP(network);
  if (family === 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > (family === 6 ? 128 : 32)) return false;
  networks.addSubnet(network, Number(prefix), family === 6 ? 'ipv6' : 'ipv4');
  return true;
}

function parseExemption(entry: string): { readonly host: string; readonly port: string | undefined } {
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  return {
    host: bareHost(host ?? entry)
      .toLowerCase()
      .replace(/^\*?\./, ''),
    port,
  };
}

function matchesHost(entry: string, host: string): boolean {
  return entry === '*' || host === entry || (isIP(host) === 0 && host.endsWith(`.${entry}`));
}

function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
