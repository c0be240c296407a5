import { DomainError } from '../../domain/errors.js';

/** How to speak TLS with a broker. Texts are PEM. */
export interface BrokerTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** In place of comparing the certificate with the broker's name. */
  readonly checkServerIdentity?: () => undefined;
}

/** One broker, as amqplib takes it: it reads the fields anew at each attempt to connect. */
export interface BrokerAddress {
  protocol: 'amqp' | 'amqps';
  hostname: string;
  port: number;
  username: string;
  password: string;
  /** Percent-encoded, as in a URL; empty for the default one. */
  vhost: string;
  /** Seconds. */
  heartbeat: number;
}

/** A peer that went silent is noticed after two of them. */
const HEARTBEAT_SECONDS = 10;
const LOCAL = 'localhost';
const PORTS = { amqp: 5672, amqps: 5671 } as const;

/**
 * The addresses in `rabbit://user:password@host1:port,user:password@host2:port/vhost`, the form of oslo.messaging.
 * A host without user and password has those of the first. Errors: `invalid-parameter`, without showing a password.
 */
export function brokersIn(transportUrl: string, tls: boolean): readonly BrokerAddress[] {
  const [, named, vhost = ''] = /^(?:rabbit|amqp|kombu\+amqp):\/\/([^/?]*)\/?([^?]*)/.exec(transportUrl) ?? [];
  if (named === undefined) throw unreadable();
  // Without a host it is the one on this host, as in oslo.messaging.
  const hosts = named === '' ? LOCAL : named;
  const protocol = tls ? 'amqps' : 'amqp';
  const urls = hosts.split(',').map((host) => {
    const url = URL.canParse(`amqp://${host}`) ? new URL(`amqp://${host}`) : undefined;
    if (!url?.hostname) throw unreadable();
    return url;
  });
  const [first] = urls;
  if (!first) throw unreadable();
  return urls.map((url) => {
    const account = url.username === '' ? first : url;
    return {
      protocol,
      hostname: url.hostname.replaceAll(/^\[|\]$/g, ''),
      port: Number(url.port) || PORTS[protocol],
      username: decodeURIComponent(account.username) || 'guest',
      password: decodeURIComponent(account.password) || 'guest',
      vhost,
      heartbeat: HEARTBEAT_SECONDS,
    };
  });
}

function unreadable(): DomainError {
  return new DomainError('invalid-parameter', {
    field: '[DEFAULT] transport_url',
    message:
      '[DEFAULT] transport_url is not set or cannot be read: write rabbit://USER:PASSWORD@HOST:5672/VHOST, several hosts with commas between them.',
  });
}

/** One of several brokers at a time: the one that cannot be reached gives way to the next, round and round. */
export class BrokerRing {
  readonly #addresses: readonly BrokerAddress[];
  /** Changed in place: each holder connects to the newest choice. */
  readonly current: BrokerAddress;
  #index: number;

  /** `start` spreads processes over the brokers. */
  constructor(addresses: readonly BrokerAddress[], start: number) {
    const chosen = addresses[start % addresses.length];
    if (!chosen) throw new DomainError('internal', 'There is no broker to connect to.');
    this.#addresses = addresses;
    this.#index = start % addresses.length;
    this.current = { ...chosen };
  }

  /** `host:port` of the current one, for logs. */
  get name(): string {
    return `${this.current.hostname}:${this.current.port}`;
  }

  get size(): number {
    return this.#addresses.length;
  }

  next(): void {
    this.#index = (this.#index + 1) % this.#addresses.length;
    Object.assign(this.current, this.#addresses[this.#index]);
  }
}
