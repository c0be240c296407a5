import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { until } from '@magnum-ts/core/testing';
import { freePort } from '../../scripts/host/free-port.mjs';

const BIN = resolve(import.meta.dirname, '..', '..', 'packages', 'server', 'bin');
const PASSWORD = 'fleet-passw0rd';

/** The cloud that the processes bring along. */
const EMBEDDED = ['[embedded]', `admin_password = ${PASSWORD}`, `demo_password = ${PASSWORD}`];

/** A line of some process's log. */
export type Line = Readonly<Record<string, unknown>> & { readonly msg: string; readonly time: number };

export interface Member {
  readonly name: string;
  readonly program: 'magnum-api' | 'magnum-conductor';
  /** Where an API listens; 0 for conductors. */
  readonly port: number;
  child: ChildProcess | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Question {
  readonly body?: unknown;
  /** Which of the fleet's APIs. */
  readonly api?: number;
  readonly token?: string;
  /** Idempotency key. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Real processes over one database and one broker, as operators run them. */
export class Fleet {
  readonly members: readonly Member[];
  readonly lines: Line[] = [];
  /** Processes that ended although the test did not end them. */
  readonly deaths: string[] = [];
  /** What a process finds in its environment, beside what all do. */
  environment: (member: Member) => Readonly<Record<string, string>> = () => ({});
  readonly #folder: string;
  #token = '';

  private constructor(folder: string, members: readonly Member[]) {
    this.#folder = folder;
    this.members = members;
  }

  /** A brought-up schema and a key; nothing is started yet. */
  static async prepare(
    database: string,
    broker: string,
    size: {
      readonly apis: number;
      readonly conductors: number;
      /** Of the first API, where clients look for it. */ readonly port?: number;
    },
    cloud: readonly string[] = EMBEDDED,
  ): Promise<Fleet> {
    const folder = mkdtempSync(join(tmpdir(), 'magnum-fleet-'));
    const config = [
      '[DEFAULT]',
      `transport_url = ${broker}`,
      'debug = true',
      '[database]',
      `connection = ${database}`,
      '[vault]',
      `key_file = ${join(folder, 'key')}`,
      ...cloud,
      '[conductor]',
      'drain_timeout = 5',
      '',
    ];
    writeFileSync(join(folder, 'magnum.conf'), config.join('\n'));
    const members: Member[] = [];
    for (let number = 1; number <= size.apis; number += 1)
      members.push({
        name: `api-${number}`,
        program: 'magnum-api',
        port: number === 1 && size.port !== undefined ? size.port : await freePort(),
        child: undefined,
      });
    for (let number = 1; number <= size.conductors; number += 1)
      members.push({ name: `conductor-${number}`, program: 'magnum-conductor', port: 0, child: undefined });
    const fleet = new Fleet(folder, members);
    for (const words of [['generate-key', join(folder, 'key')], ['upgrade']]) {
      // Not the synchronous form: the database may be behind a proxy of this very process.
      await promisify(execFile)(process.execPath, [
        join(BIN, 'magnum-db-manage.js'),
        '--config-file',
        join(folder, 'magnum.conf'),
        ...words,
      ]);
    }
    return fleet;
  }

  get apis(): readonly Member[] {
    return this.members.filter((member) => member.program === 'magnum-api');
  }

  /** `output`: where its log goes, instead of here. */
  start(member: Member, output?: number): void {
    const child = spawn(
      // By its own first line, which has flags for Node.
      join(BIN, `${member.program}.js`),
      ['--config-file', join(this.#folder, 'magnum.conf')],
      {
        stdio: ['ignore', output ?? 'pipe', 'inherit'],
        env: { ...process.env, OS_DEFAULT__HOST: member.name, OS_API__PORT: String(member.port), ...this.environment(member) },
      },
    );
    member.child = child;
    child.once('exit', (code, signal) => {
      if (member.child === child) this.deaths.push(`${member.name} ended by itself: ${signal ?? `exit code ${code}`}`);
    });
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (text) => this.#heard(text));
  }

  /** Starts all, and logs in to the embedded identity, or uses a token of another one. */
  async startAll(token?: string): Promise<void> {
    for (const member of this.members) this.start(member);
    await this.ready();
    if (token !== undefined) return this.use(token);
    this.#token = await this.logIn('demo');
  }

  /** A token of a user of the embedded identity, for the project of the same name. */
  async logIn(user: 'admin' | 'demo'): Promise<string> {
    const asked = {
      auth: {
        identity: { methods: ['password'], password: { user: { name: user, domain: { id: 'default' }, password: PASSWORD } } },
        scope: { project: { name: user, domain: { id: 'default' } } },
      },
    };
    const { headers } = await this.ask('POST', '/identity/v3/auth/tokens', { body: asked });
    return headers.get('x-subject-token') ?? '';
  }

  use(token: string): void {
    this.#token = token;
  }

  /** Resolves when every API serves. */
  async ready(): Promise<void> {
    for (const { port } of this.apis)
      await until(
        `the API at port ${port} is ready`,
        async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.status === 200,
        { withinMs: 30_000 },
      );
  }

  /** `kill -9`, and a new process in its place. */
  async killAndReplace(member: Member): Promise<void> {
    await end(member, 'SIGKILL');
    this.start(member);
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.members.map((member) => end(member, 'SIGTERM')));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** One request to one of the APIs; rejects when the connection breaks. */
  async ask(
    method: string,
    path: string,
    { body, api = 0, token = this.#token, key, headers = {} }: Question = {},
  ): Promise<Answer> {
    const member = this.apis[api % this.apis.length];
    const response = await fetch(`http://127.0.0.1:${member?.port ?? 0}${path}`, {
      method,
      signal: AbortSignal.timeout(20_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: {
        ...headers,
        'X-Auth-Token': token,
        'Content-Type': 'application/json',
        'OpenStack-API-Version': 'container-infra 1.14',
        connection: 'close',
        ...(key === undefined ? {} : { 'Idempotency-Key': key }),
      },
    });
    const text = await response.text();
    const parsed: unknown = text === '' ? {} : JSON.parse(text);
    // Every answer of the service is an object.
    return { status: response.status, headers: response.headers, body: parsed as Answer['body'] };
  }

  #heard(text: string): void {
    try {
      // The processes log one JSON object per line.
      this.lines.push(JSON.parse(text) as Line);
    } catch {
      process.stderr.write(`${text}\n`);
    }
  }
}

/** Ends a process and waits for that. */
export async function end(member: Member, signal: NodeJS.Signals): Promise<void> {
  const { child } = member;
  member.child = undefined;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
