import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Option, type Command } from 'commander';
import { findSpec, addOperation } from './commands.js';
import { addGlobalOptions } from './global-options.js';
import { bodyOf, itemOf, type Invocation } from './invocation.js';
import type { Io } from './io.js';
import { outputOf } from './output-options.js';
import { printItem } from './output.js';
import { openSession } from './session.js';

/** Adds `template render`: the stack of a bay that is not made. */
export async function load(noun: Command, io: Io): Promise<void> {
  addGlobalOptions(noun);
  const spec = findSpec('bay create');
  addOperation(noun, io, {
    spec: {
      ...spec,
      query: [],
      operation: { ...spec.operation, cli: spec.operation.cli && { ...spec.operation.cli, wait: null } },
    },
    name: 'render',
    about: 'Show the stack that a bay would be made of, as the orchestrator would get it, and make nothing',
    addOptions: (command) =>
      command.addOption(
        new Option(
          '--directory <directory>',
          'write template, nested templates, scripts and parameters there instead of printing them',
        ),
      ),
    run: renderTemplate,
  });
}

async function renderTemplate(invocation: Invocation): Promise<void> {
  const { io, flags } = invocation;
  const body = await bodyOf(invocation);
  const magnum = await openSession(io, flags);
  const query = { dry_run: true, render: true };
  const plan = itemOf(await magnum.raw({ method: 'POST', path: '/v1/bays', query, body }, { signal: io.signal }));
  const stack = itemOf(plan['stack']);
  const { directory } = flags;
  if (typeof directory === 'string') return writeStack(io, stack, directory);
  if (flags['format'] !== 'table') return printItem(io, stack, outputOf(flags));
  const { stringify } = await import('yaml');
  io.out(stringify(stack['template'] ?? {}));
}

/** Scripts may be packed, as cloud-init unpacks them on a node. */
function readable(text: string): string {
  return text.startsWith('H4sI') ? gunzipSync(Buffer.from(text, 'base64')).toString() : text;
}

/** Files of the stack by their names; those of the service are relative paths, and no other is written. */
async function writeStack(io: Io, stack: Readonly<Record<string, unknown>>, directory: string): Promise<void> {
  const { stringify } = await import('yaml');
  const texts: Record<string, string> = {
    'template.yaml': stringify(stack['template'] ?? {}),
    'parameters.yaml': stringify({ parameters: stack['parameters'] ?? {} }),
    ...Object.fromEntries(Object.entries(itemOf(stack['files'])).map(([name, text]) => [name, readable(String(text))])),
  };
  for (const [name, text] of Object.entries(texts)) {
    const path = join(directory, name);
    if (normalize(name).startsWith('..') || name.startsWith('/'))
      throw new Error(`the service names a file outside of the folder: ${name}`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { mode: 0o600 });
  }
  // Last: a reader that ends early, such as `head`, ends this program.
  io.out(
    Object.keys(texts)
      .map((name) => `${join(directory, name)}\n`)
      .join(''),
  );
}
