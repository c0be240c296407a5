import type * as Server from '@magnum-ts/server';
import { InvalidArgumentError, type Command } from 'commander';
import type { Flags } from './arguments.js';
import { addCommonOptions, addExamples, flagsOf } from './global-options.js';
import { UsageError } from './errors.js';
import type { Io } from './io.js';
import { printItem } from './output.js';
import { outputOf } from './output-options.js';
import { openSession } from './session.js';
import { escapeControls, oneLine, quoteForShell } from './text.js';

export async function load(command: Command, io: Io): Promise<void> {
  command
    .option('--port <number>', 'port to listen on', parsePort)
    .option('--host <address>', 'address to listen on')
    .option('--data <folder>', 'folder of its data')
    .option('--reset', 'delete the bays and data of earlier runs first')
    .option('--simulated', 'simulate the servers instead of running them as containers')
    .option('-v, --verbose', 'print the log of the server');
  command.action(() => dev(io, command.opts()));
  addExamples(command);
  addLoadImage(command, io);
}

async function dev(io: Io, flags: Flags): Promise<void> {
  const { startDev, tuneHeapGrowth } = await loadServer();
  tuneHeapGrowth();
  const server = await startDev(devOptions(io, flags));
  printAddresses(io, server);
  await waitForAbort(io.signal);
  io.err('\nStopping. Press Ctrl-C again to exit at once.\n');
  await server.stop();
}

function devOptions(io: Io, flags: Flags): Server.DevOptions {
  const { port: number, host, data } = flags;
  return {
    ...(typeof number === 'number' && { port: number }),
    ...(typeof host === 'string' && { host }),
    ...(typeof data === 'string' && { dataDir: data }),
    reset: flags['reset'] === true,
    servers: flags['simulated'] === true ? 'simulated' : 'auto',
    ...(flags['verbose'] === true && { log: (line: string) => io.err(`${escapeControls(line)}\n`) }),
  };
}

function printAddresses(io: Io, server: Server.DevServer): void {
  const width = Math.max(quoteForShell(server.openrc).length, quoteForShell(server.openrcDemo).length);
  io.out(
    [
      `Magnum runs at ${server.url}`,
      `  reference  ${server.url.replace(/\/+$/, '').replace(/\/v1$/, '')}/docs`,
      `  servers    ${server.servers.kind}: ${server.servers.description}`,
      `  data       ${server.dataDir}`,
      '',
      'In another terminal:',
      `  source ${quoteForShell(server.openrc).padEnd(width)}  # administrator`,
      `  source ${quoteForShell(server.openrcDemo).padEnd(width)}  # an ordinary user`,
      '  magnum baymodel list',
      '  magnum bay create my-bay --baymodel NAME --node-count 2 --wait',
      '',
      'Ctrl-C stops it; bays are kept until the next start.',
      '',
    ].join('\n'),
  );
}

/** Loads the server, which is a package of its own, since it is large. Throws UsageError where it is not there, or of another release. */
async function loadServer(): Promise<Pick<typeof Server, 'startDev' | 'tuneHeapGrowth'>> {
  const { startDev, tuneHeapGrowth } = await import('@magnum-ts/server').catch((error: unknown) => {
    throw isMissing(error) ? new UsageError(MISSING_SERVER) : error;
  });
  if (typeof startDev !== 'function' || typeof tuneHeapGrowth !== 'function')
    throw new UsageError('This installation of @magnum-ts/server cannot run `magnum dev`; rebuild it');
  return { startDev, tuneHeapGrowth };
}

const MISSING_SERVER =
  '`magnum dev` runs the server, a package of its own that is not installed: npm install @magnum-ts/server, beside @magnum-ts/cli (or once: npx -p @magnum-ts/cli -p @magnum-ts/server magnum dev)';

/** True where the server itself is not installed, and not where a part of it is missing. */
function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    Reflect.get(error, 'code') === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes("'@magnum-ts/server'")
  );
}

function waitForAbort(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function addLoadImage(dev: Command, io: Io): void {
  const command = dev
    .command('load-image')
    .description("Copy an image of this machine's Docker Engine to the nodes of a bay")
    .argument('<image>', 'name of the image, as `docker images` shows it')
    .requiredOption('--bay <name>', 'UUID or name of the bay');
  addCommonOptions(command);
  command.action((image: string) => loadImage(io, image, flagsOf(command)));
}

async function loadImage(io: Io, image: string, flags: Flags): Promise<void> {
  const magnum = await openSession(io, flags);
  const { nodes } = await magnum.bays.loadImage(String(flags['bay']), { image }, { signal: io.signal });
  const output = outputOf(flags);
  if (output.format !== 'table' || output.query !== undefined) return printItem(io, { image, nodes }, output);
  const names = nodes.map(oneLine);
  io.out(
    names.length > 0 ? `${oneLine(image)} is now on ${names.join(', ')}\n` : `No node of the bay has loaded ${oneLine(image)}\n`,
  );
}

function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw new InvalidArgumentError('Give a number from 0 to 65535.');
  return Number(text);
}
