import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createMagnum, fromEnv, type Magnum } from '@magnum-ts/sdk';

const MAGNUM = resolve(import.meta.dirname, '../../packages/cli/bin/magnum.js');
const READY_MS = 60_000;
const STOP_MS = 30_000;

/** What a command printed, and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** A real `magnum dev` over a data directory of its own, which outlives the process: kill it, start it again. */
export class DevProcess {
  readonly dataDir: string;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #options: readonly string[];
  #port = 0;
  #child: ChildProcess | undefined;
  #said = '';

  constructor(variables: Readonly<Record<string, string>> = {}, options: readonly string[] = [], dataDir?: string) {
    this.dataDir = dataDir ?? mkdtempSync(join(tmpdir(), 'magnum-e2e-'));
    this.#variables = variables;
    this.#options = options;
  }

  /** Everything that any process over this directory has printed. */
  get said(): string {
    return this.#said;
  }

  /** Resolves when the service listens. The port stays the same: nodes keep the one that they were made with. */
  async start(): Promise<void> {
    this.#port ||= await freePort();
    const args = [MAGNUM, 'dev', '--port', String(this.#port), '--data', this.dataDir, ...this.#options];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#variables },
    });
    this.#child = child;
    let begun = '';
    const ready = new Promise<void>((done, fail) => {
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => {
          this.#said += chunk.toString();
          begun = (begun + chunk.toString()).slice(-20_000);
          if (begun.includes('Ctrl-C stops it')) done();
        });
      child.once('exit', (code, signal) => fail(new Error(`magnum dev ended (${code ?? signal}): ${begun.slice(-1000)}`)));
      AbortSignal.timeout(READY_MS).addEventListener('abort', () =>
        fail(new Error(`magnum dev is not ready: ${begun.slice(-1000)}`)),
      );
    });
    await ready;
  }

  /** Ends it as Ctrl-C does. */
  async stop(): Promise<void> {
    await this.#end('SIGINT');
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit', { signal: AbortSignal.timeout(STOP_MS) });
    child.kill(signal);
    await gone;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Id by which everything of this directory is marked in Docker, and its secrets. */
  instance(): {
    readonly id: string;
    readonly sealingKey: string;
    readonly adminPassword: string;
    readonly demoPassword: string;
  } {
    return JSON.parse(readFileSync(join(this.dataDir, 'instance.json'), 'utf8')); // written by magnum dev in this form
  }

  get database(): string {
    return join(this.dataDir, 'magnum.sqlite');
  }

  /** The variables of an ordinary user. */
  environment(): Record<string, string> {
    const lines = readFileSync(join(this.dataDir, 'openrc-demo'), 'utf8').matchAll(/^export (\w+)=(.*)$/gm);
    return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
  }

  client(): Magnum {
    return createMagnum(fromEnv(this.environment()));
  }

  /** Runs the command line as that user. Rejects when it fails. */
  async cli(...args: readonly string[]): Promise<string> {
    const { code, output, errors } = await run(process.execPath, [MAGNUM, ...args], { ...process.env, ...this.environment() });
    if (code !== 0) throw new Error(`magnum ${args.join(' ')} ended with ${code}: ${errors}`);
    return output;
  }

  /** Stops it and removes whatever it still owns, so that a failed test leaves nothing on the host. */
  async destroy(removeOwned: (instance: string) => Promise<void>): Promise<void> {
    await this.#end('SIGKILL');
    if (existsSync(join(this.dataDir, 'instance.json'))) await removeOwned(this.instance().id);
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

export async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Outcome> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : -1, output, errors };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}
