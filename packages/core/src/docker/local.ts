import { existsSync, readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CONNECTION_BOUNDS } from '../domain/connections.js';
import { Allowance } from '../http/bounded-http.js';
import type { DockerConnection } from './calls.js';
import { DockerClient } from './client.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** One engine serves the nodes of all bays here, and a command that runs in one of them holds its connection. */
const MOST_CONNECTIONS = 64;
const POOL = { ...CONNECTION_BOUNDS, maxSockets: MOST_CONNECTIONS };
const DEFAULT_SOCKET = '/var/run/docker.sock';
const PLAIN_PORT = 2375;
const TLS_PORT = 2376;

/**
 * A client of the operator's own Docker Engine: the one that `DOCKER_HOST`, `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` name as they
 * do for the docker program, else the one of Docker Desktop or of the host. It is trusted, so its answers have no bound.
 * Throws where `DOCKER_HOST` has a form that is not known.
 */
export function localDockerClient(environment: Environment = process.env): DockerClient {
  return new DockerClient(localConnection(environment), () => ({
    signal: new AbortController().signal,
    allowance: new Allowance(Number.MAX_SAFE_INTEGER),
  }));
}

export function localConnection(environment: Environment): DockerConnection {
  const host = environment['DOCKER_HOST'] ?? '';
  if (host === '') return onSocket(defaultSocket());
  if (host.startsWith('unix://')) return onSocket(host.slice('unix://'.length) || DEFAULT_SOCKET);
  const address = /^(?:tcp|https?):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?\/?$/.exec(host);
  if (!address) throw new Error(`DOCKER_HOST=${host} cannot be used: give unix://PATH or tcp://ADDRESS:PORT.`);
  const secure = Boolean(environment['DOCKER_TLS_VERIFY']) || host.startsWith('https:');
  const [, name = '', port = secure ? TLS_PORT : PLAIN_PORT] = address;
  const at = { host: name.replace(/^\[|\]$/g, ''), port: Number(port) };
  return secure
    ? {
        ...at,
        secure,
        guard: null,
        agent: new TlsAgent(POOL),
        ...certificates(environment['DOCKER_CERT_PATH'] ?? join(homedir(), '.docker')),
      }
    : { ...at, secure, guard: null, agent: new Agent(POOL) };
}

function onSocket(socketPath: string): DockerConnection {
  return { secure: false, guard: null, socketPath, agent: new Agent(POOL) };
}

function defaultSocket(): string {
  const desktop = join(homedir(), '.docker', 'run', 'docker.sock');
  return existsSync(desktop) ? desktop : DEFAULT_SOCKET;
}

function certificates(folder: string): Pick<DockerConnection, 'ca' | 'cert' | 'key'> {
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFileSync(join(folder, name), 'utf8'));
  return { ca, cert, key } as Required<Pick<DockerConnection, 'ca' | 'cert' | 'key'>>; // three names, three texts
}
