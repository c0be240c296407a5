import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@magnum-ts/core/testing';
import { ensurePackages } from '../../scripts/host/packages.mjs';
import { end, type Fleet, type Member } from '../fleet/fleet.js';
import type { Mariadb } from '../../scripts/host/mariadb.mjs';
import type { Rabbitmq } from '../../scripts/host/rabbitmq.mjs';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { Neighbours } from './neighbours.js';
import { BLOWS, faultOf, storyOf, type FleetBlow, type PlannedBlow } from './plan.js';
import { randomFrom } from './random.js';

export interface Surroundings {
  readonly mariadb: Mariadb;
  readonly rabbitmq: Rabbitmq;
  readonly databaseUrl: string;
  readonly log: (line: string) => void;
  /** Of a fleet over a cloud that is asked over HTTP. */
  readonly neighbours?: Neighbours;
}

const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const JUMP_SECONDS = 300;
const STOPS_WITHIN_MS = 60_000;

/** Strikes processes, their clocks, their disks, their connections, and what they depend on. Every blow has its end. */
export class Nemesis {
  readonly faults: string[] = [];
  readonly skipped = new Set<string>();
  readonly #fleet: Fleet;
  readonly #around: Surroundings;
  readonly #proxies = new Map<string, { readonly database: TcpProxy; readonly broker: TcpProxy }>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'magnum-chaos-'));
  #hasClocks = false;

  private constructor(fleet: Fleet, around: Surroundings) {
    this.#fleet = fleet;
    this.#around = around;
  }

  /** Before the fleet is started: each process gets connections and a clock of its own. */
  static async over(fleet: Fleet, around: Surroundings): Promise<Nemesis> {
    const nemesis = new Nemesis(fleet, around);
    const [missing] = await ensurePackages({ faketime: 'faketime' }, around.log);
    nemesis.#hasClocks = missing === undefined;
    if (missing) around.log(`chaos: clocks do not jump: ${missing}`);
    const { mariadb, rabbitmq } = around;
    for (const { name } of fleet.members) {
      nemesis.#proxies.set(name, { database: await TcpProxy.before(mariadb.port), broker: await TcpProxy.before(rabbitmq.port) });
      nemesis.#setClock(name, 0);
    }
    fleet.environment = (member) => nemesis.#environmentOf(member);
    return nemesis;
  }

  #environmentOf({ name }: Member): Readonly<Record<string, string>> {
    const { mariadb, rabbitmq, databaseUrl, neighbours } = this.#around;
    const proxies = this.#proxies.get(name);
    return {
      OS_CONDUCTOR__LEFTOVER_GRACE: '8',
      ...(neighbours ? { OS_KEYSTONE_AUTHTOKEN__AUTH_URL: `${neighbours.keystone}/v3` } : {}),
      OS_DATABASE__CONNECTION: databaseUrl.replace(`:${mariadb.port}/`, `:${proxies?.database.port ?? 0}/`),
      OS_DEFAULT__TRANSPORT_URL: rabbitmq.url.replace(`:${rabbitmq.port}/`, `:${proxies?.broker.port ?? 0}/`),
      ...(this.#hasClocks
        ? {
            LD_PRELOAD: FAKETIME,
            FAKETIME_TIMESTAMP_FILE: join(this.#folder, name),
            FAKETIME_DONT_FAKE_MONOTONIC: '1',
            FAKETIME_CACHE_DURATION: '1',
          }
        : {}),
    };
  }

  #setClock(name: string, seconds: number): void {
    writeFileSync(join(this.#folder, name), `${seconds < 0 ? '' : '+'}${seconds}`);
  }

  /** Carries a plan out. Resolves when the last blow has ended. */
  async strike(plan: readonly PlannedBlow[], signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const under: Promise<void>[] = [];
    for (const blow of plan) {
      await systemClock.sleep(Math.max(0, blow.at - (performance.now() - began)), signal).catch(() => undefined);
      if (signal.aborted) break;
      this.#around.log(`chaos: ${storyOf(blow)}`);
      under.push(
        this.#one(blow, signal).catch((error: unknown) => {
          this.faults.push(`the blow itself failed: ${storyOf(blow)}: ${error instanceof Error ? error.message : String(error)}`);
        }),
      );
    }
    await Promise.all(under);
  }

  /** Processes are struck one blow at a time: the next blow on the same one waits for its end. */
  readonly #busy = new Map<string, Promise<void>>();

  async #one(blow: PlannedBlow, signal: AbortSignal): Promise<void> {
    const kind = BLOWS.find((one) => one === blow.kind);
    if (!kind) return this.#failNeighbour(blow, signal);
    const member = this.#fleet.members[blow.member % this.#fleet.members.length];
    if (!member) return;
    const subject = SHARED[kind] ?? member.name;
    const mine = (this.#busy.get(subject) ?? Promise.resolve()).then(() => this.#hit({ ...blow, kind }, member, signal));
    this.#busy.set(
      subject,
      mine.catch(() => undefined),
    );
    return mine;
  }

  async #failNeighbour({ kind, member, at, lasts }: PlannedBlow, signal: AbortSignal): Promise<void> {
    const { neighbours } = this.#around;
    const [name, fault] = [neighbours?.names[member % neighbours.names.length], faultOf(kind)];
    if (!neighbours || !name || !fault) return;
    this.#around.log(`chaos: ${name} ${fault}`);
    neighbours.fail(name, fault, randomFrom(at));
    await systemClock.sleep(lasts, signal).catch(() => undefined);
    neighbours.heal(name);
  }

  async #hit({ kind, lasts }: PlannedBlow & { readonly kind: FleetBlow }, member: Member, signal: AbortSignal): Promise<void> {
    const while_ = (): Promise<void> => systemClock.sleep(lasts, signal).catch(() => undefined);
    const { mariadb, rabbitmq } = this.#around;
    const proxies = this.#proxies.get(member.name);
    switch (kind) {
      case 'kill':
        return this.#fleet.killAndReplace(member);
      case 'freeze':
        member.child?.kill('SIGSTOP');
        await while_();
        return void member.child?.kill('SIGCONT');
      case 'restart':
        await this.#stopped(member);
        return this.#fleet.start(member);
      case 'kill the database':
        return mariadb.restart('SIGKILL');
      case 'kill the broker':
        return rabbitmq.restart('SIGKILL');
      case 'half-open database':
        proxies?.database.silence();
        await while_();
        return proxies?.database.heal();
      case 'half-open broker':
        proxies?.broker.silence();
        await while_();
        return proxies?.broker.heal();
      case 'reset connections':
        for (const { database, broker } of this.#proxies.values()) for (const proxy of [database, broker]) proxy.resetAll();
        return;
      case 'clock':
        if (!this.#hasClocks) return;
        for (const seconds of [JUMP_SECONDS, -JUMP_SECONDS, 0]) {
          this.#setClock(member.name, seconds);
          if (seconds !== 0) await systemClock.sleep(lasts / 2, signal).catch(() => undefined);
        }
        return;
      case 'wrong clock at the start':
        return this.#startWithWrongClock(member, while_);
      case 'full log':
        await this.#stopped(member);
        return this.#onFullDisk(member);
      case 'memory alarm':
        await rabbitmq.control(['set_vm_memory_high_watermark', '0.00001']);
        await while_();
        await rabbitmq.control(['set_vm_memory_high_watermark', '0.4']);
    }
  }

  async #stopped(member: Member): Promise<void> {
    const late = setTimeout(() => {
      this.faults.push(`${member.name} did not end within ${STOPS_WITHIN_MS / 1_000} s of SIGTERM`);
    }, STOPS_WITHIN_MS);
    await end(member, 'SIGTERM');
    clearTimeout(late);
  }

  /** Its host's clock is minutes off before the process has asked anything; it is right again when the process has been replaced. */
  async #startWithWrongClock(member: Member, while_: () => Promise<void>): Promise<void> {
    if (!this.#hasClocks) return;
    for (const seconds of [JUMP_SECONDS, -JUMP_SECONDS, 0]) {
      await this.#stopped(member);
      this.#setClock(member.name, seconds);
      this.#fleet.start(member);
      if (seconds !== 0) await while_();
    }
  }

  #onFullDisk(member: Member): void {
    const full = openSync('/dev/full', 'w');
    this.#fleet.start(member, full);
    closeSync(full);
  }

  async close(): Promise<void> {
    for (const { database, broker } of this.#proxies.values()) await Promise.all([database.close(), broker.close()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What is struck of which there is one for all. */
const SHARED: Readonly<Partial<Record<FleetBlow, string>>> = {
  'kill the database': 'database',
  'kill the broker': 'broker',
  'memory alarm': 'broker',
  'reset connections': 'connections',
};
