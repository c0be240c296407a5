import type { ContainerHandle } from '../../../docker/handles.js';
import { finishProgress } from '../../../docker/progress.js';
import type { ContainerSummary, NewContainer } from '../../../docker/resources.js';
import { DomainError, isDomainError } from '../../../domain/errors.js';
import type { ContainerReport, ContainerSpec, ContainerStatus } from '../../../domain/container.js';
import type { CommandResult, ContainerClient } from '../../../ports/bay-driver.js';
import { Allowance, collect, MOST_WRITTEN, type Bounds } from '../../../http/bounded-http.js';
import { attempt, statusOf, wordsOf } from './engine-errors.js';
import {
  CALL_WITHIN,
  listIn,
  listNodes,
  onNode,
  requireNodes,
  usual,
  type DockerNode,
  type DockerNodes,
} from './docker-nodes.js';
import { keepEnd, demultiplex, splitWords } from './container-output.js';

/** Label whose value is the container's host name: it finds a container on any node. */
const LABEL = 'org.magnum.container';
const PULL_WITHIN = 600_000;
const EXECUTE_WITHIN = 60_000;
const LOG_LINES = 2000;
/** Bytes of the progress of a pull, of which nothing is kept: a large image takes several thousand lines. */
const MOST_PROGRESS = 64 * 1024 ** 2;
/** In place of the containers of a node that did not answer. */
const SILENT = 'silent';

interface Found {
  readonly engine: DockerNode;
  readonly id: string;
  readonly report: ContainerReport;
}

/** Containers, made directly on the nodes' engines: a swarm runs services, and the API's containers are single ones. */
export function containerClient(engines: DockerNodes): ContainerClient {
  const act =
    (trying: string, call: (container: ContainerHandle) => Promise<unknown>, fine: readonly number[] = []) =>
    async (hostname: string, signal: AbortSignal): Promise<void> => {
      const { engine, id } = await find(engines, hostname, signal);
      await onNode(engine, `${trying} the container`, signal, (docker) =>
        call(docker.getContainer(id)).catch((error: unknown) => {
          if (!fine.includes(statusOf(error) ?? 0)) throw error;
        }),
      );
    };
  return {
    create: (spec, signal) => create(engines, spec, signal),
    inspect: async (hostname, signal) => (await find(engines, hostname, signal)).report,
    inspectAll: (hostnames, signal) => inspectAll(engines, hostnames, signal),
    delete: (hostname, signal) => remove(engines, hostname, signal),
    start: act('start', (container) => container.start(), [304]),
    stop: act('stop', (container) => container.stop({ t: 5 }), [304]),
    reboot: act('restart', (container) => container.restart({ t: 5 })),
    pause: act('pause', (container) => container.pause()),
    unpause: act('unpause', (container) => container.unpause()),
    logs: (hostname, signal) => logs(engines, hostname, signal),
    execute: (hostname, command, signal) => execute(engines, hostname, command, signal),
  };
}

type Survey = readonly { readonly engine: DockerNode; readonly containers: readonly ContainerSummary[] | typeof SILENT }[];

/** The API's containers on every node. A node that does not answer delays no other node's answer. */
async function survey(engines: DockerNodes, signal: AbortSignal): Promise<Survey> {
  const all = requireNodes(engines.all());
  return Promise.all(
    all.map(async (engine) => {
      try {
        const containers = await onNode(engine, 'list containers', signal, async (docker) =>
          listIn<ContainerSummary>(await docker.listContainers({ all: true, filters: { label: [LABEL] } })),
        );
        return { engine, containers };
      } catch (error) {
        if (isDomainError(error, 'engine-unavailable')) return { engine, containers: SILENT };
        throw error;
      }
    }),
  );
}

function foundIn(seen: Survey, hostname: string): Found | undefined {
  for (const { engine, containers } of seen) {
    const own = containers === SILENT ? undefined : containers.find((container) => isOf(container, hostname));
    if (own)
      return { engine, id: own.Id, report: { status: statusFrom(own.State, own.Status), node: engine.node, reason: null } };
  }
  return undefined;
}

/** A falsified answer may leave out the labels. */
function isOf({ Labels }: Partial<ContainerSummary>, hostname: string): boolean {
  return Labels?.[LABEL] === hostname;
}

function silentNodes(seen: Survey): readonly string[] {
  return seen.filter(({ containers }) => containers === SILENT).map(({ engine }) => engine.node);
}

async function find(engines: DockerNodes, hostname: string, signal: AbortSignal): Promise<Found> {
  const seen = await survey(engines, signal);
  const found = foundIn(seen, hostname);
  if (found) return found;
  const silent = silentNodes(seen);
  if (silent.length > 0)
    throw new DomainError(
      'engine-unavailable',
      `container ${hostname}: the node ${silent.join(', ')} does not answer, so it may be there`,
    );
  throw new DomainError('container-not-found', `no node of the bay has the container ${hostname}`);
}

async function inspectAll(
  engines: DockerNodes,
  hostnames: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ContainerReport>> {
  const seen = await survey(engines, signal);
  const silent = silentNodes(seen);
  const missing = silent.length > 0 ? `the node ${silent.join(', ')} does not answer` : 'no node of the bay has it';
  return new Map(
    hostnames.map((hostname) => [
      hostname,
      foundIn(seen, hostname)?.report ?? { status: 'Unknown', node: null, reason: missing },
    ]),
  );
}

function statusFrom(state: string, words: string): ContainerStatus {
  if (state === 'running' || state === 'restarting') return 'Running';
  if (state === 'paused') return 'Paused';
  if (state === 'created' || state === 'removing') return 'Stopped';
  // A stopped container has ended on SIGTERM or SIGKILL: only other codes are its own failure.
  const code = Number(/^Exited \((\d+)\)/.exec(words)?.[1] ?? 0);
  return state === 'exited' && [0, 137, 143].includes(code) ? 'Stopped' : 'Error';
}

async function create(engines: DockerNodes, spec: ContainerSpec, signal: AbortSignal): Promise<ContainerReport> {
  const seen = await survey(engines, signal);
  const known = foundIn(seen, spec.hostname);
  if (known) return known.report;
  const engine = await choose(engines, seen, signal);
  const make = async (limited: AbortSignal): Promise<unknown> => engine.docker(usual(limited)).createContainer(optionsOf(spec));
  await attempt(
    { trying: `create a container of ${spec.image}`, where: `the node ${engine.node}`, milliseconds: PULL_WITHIN },
    signal,
    async (limited) => {
      try {
        await make(limited);
      } catch (error) {
        if (statusOf(error) === 409) return;
        if (statusOf(error) !== 404) throw error;
        await pull(engine, spec.image, limited);
        await make(limited);
      }
    },
  );
  return { status: 'Stopped', node: engine.node, reason: null };
}

/** The ready node with the fewest of these containers; managers only where there is no worker. */
async function choose(engines: DockerNodes, seen: Survey, signal: AbortSignal): Promise<DockerNode> {
  const usable = new Set(
    (await listNodes(engines, signal))
      .filter(({ state, availability }) => state === 'ready' && availability === 'active')
      .map(({ name }) => name),
  );
  const ready = seen.flatMap(({ engine, containers }) =>
    containers !== SILENT && usable.has(engine.node) ? [{ engine, load: containers.length }] : [],
  );
  const workers = ready.filter(({ engine }) => engine.role === 'worker');
  const [best] = (workers.length > 0 ? workers : ready).sort(
    (one, other) => one.load - other.load || one.engine.node.localeCompare(other.engine.node),
  );
  if (!best) throw new DomainError('engine-unavailable', 'no node of the bay is ready to take a container');
  return best.engine;
}

function optionsOf(spec: ContainerSpec): NewContainer {
  return {
    // The host name is unique, the caller's name is not.
    name: `magnum-${spec.hostname}`,
    Image: spec.image,
    Hostname: spec.hostname,
    Labels: { ...spec.labels, ...(spec.name ? { 'org.magnum.name': spec.name } : {}), [LABEL]: spec.hostname },
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    ...(spec.command ? { Cmd: [...splitWords(spec.command)] } : {}),
    ...(spec.memory ? { HostConfig: { Memory: spec.memory } } : {}),
  };
}

async function pull({ node, docker }: DockerNode, image: string, signal: AbortSignal): Promise<void> {
  // Without a tag the engine would pull every tag of the image.
  const name = /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
  try {
    const client = docker({ signal, allowance: new Allowance(MOST_PROGRESS) });
    await finishProgress(await client.pullImage(name));
  } catch (cause) {
    signal.throwIfAborted();
    throw new DomainError('engine-failed', {
      message:
        `the image ${image} is not on the node ${node}, and no registry gave it (${wordsOf(cause)}): ` +
        "push it to a registry that the nodes reach, or load it into the bay's nodes",
      cause,
    });
  }
}

/** Removes the container from every node: an interrupted create may have left a second one. */
async function remove(engines: DockerNodes, hostname: string, signal: AbortSignal): Promise<void> {
  const seen = await survey(engines, signal);
  for (const { engine, containers } of seen) {
    const own = containers === SILENT ? [] : containers.filter((container) => isOf(container, hostname));
    for (const { Id } of own) {
      await onNode(engine, 'delete the container', signal, (docker) =>
        docker.getContainer(Id).remove({ force: true, v: true }),
      ).catch((error: unknown) => {
        if (!isDomainError(error, 'container-not-found')) throw error;
      });
    }
  }
  const silent = silentNodes(seen);
  if (silent.length > 0 && !foundIn(seen, hostname)) {
    throw new DomainError(
      'engine-unavailable',
      `container ${hostname}: the node ${silent.join(', ')} does not answer, so it may be there`,
    );
  }
}

/** Bounds of a call whose answer is the output of a container or of a command. */
function ofOutput(signal: AbortSignal): Bounds {
  return { signal, allowance: new Allowance(MOST_WRITTEN) };
}

async function logs(engines: DockerNodes, hostname: string, signal: AbortSignal): Promise<CommandResult> {
  const { engine, id } = await find(engines, hostname, signal);
  const what = { trying: 'read the logs', where: `the node ${engine.node}`, milliseconds: CALL_WITHIN };
  const raw = await attempt(what, signal, (limited) =>
    engine.docker(ofOutput(limited)).getContainer(id).logs({ stdout: true, stderr: true, tail: LOG_LINES }),
  );
  return { output: keepEnd(demultiplex(raw)) };
}

async function execute(engines: DockerNodes, hostname: string, command: string, signal: AbortSignal): Promise<CommandResult> {
  const { engine, id } = await find(engines, hostname, signal);
  const what = { trying: 'execute the command', where: `the node ${engine.node}`, milliseconds: EXECUTE_WITHIN };
  const run = (words: readonly string[]): Promise<{ code: number; output: string }> =>
    attempt(what, signal, async (limited) => executeWords(engine.docker(ofOutput(limited)).getContainer(id), words));
  const shell = await run(['/bin/sh', '-c', command]);
  // An image without a shell can still run a program.
  const lacksShell = [126, 127].includes(shell.code) && /^OCI runtime exec failed.*\/bin\/sh/s.test(shell.output);
  return { output: (lacksShell ? await run(splitWords(command)) : shell).output };
}

async function executeWords(container: ContainerHandle, words: readonly string[]): Promise<{ code: number; output: string }> {
  const execution = await container.exec({ Cmd: [...words], AttachStdout: true, AttachStderr: true });
  const raw = await collect(await execution.start({}));
  const { ExitCode } = await execution.inspect();
  // Messages of the engine itself have no frames.
  const framed = raw.length === 0 || (raw[0] ?? 9) <= 2;
  return { code: ExitCode ?? 0, output: keepEnd(framed ? demultiplex(raw) : raw) };
}
