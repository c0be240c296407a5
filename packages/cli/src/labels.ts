import { Option, type Command } from 'commander';
import type { Flags } from './arguments.js';
import { addCommonOptions, addGlobalOptions, flagsOf } from './global-options.js';
import { itemOf } from './invocation.js';
import type { Io } from './io.js';
import { checkColumns } from './output-options.js';
import { printList, type Item } from './output.js';
import { openSession } from './session.js';
import { addSortOptions, sortItems } from './sort.js';
import { viewItems } from './views.js';

const COLUMNS = ['name', 'driver', 'values', 'default', 'meaning', 'type', 'one_of', 'minimum', 'maximum'];

/** Adds `label list`: the labels that the drivers read. */
export async function load(noun: Command, io: Io): Promise<void> {
  addGlobalOptions(noun);
  const command = noun
    .command('list')
    .description('List the labels that drivers read, with their values and meanings')
    .addOption(new Option('--driver <driver>', 'only those of this driver'))
    .addOption(new Option('--coe <coe>', 'only those of drivers for this engine'));
  addSortOptions(command);
  addCommonOptions(command, true);
  command.action(() => listLabels(io, flagsOf(command)));
}

async function listLabels(io: Io, flags: Flags): Promise<void> {
  const output = checkColumns(flags, COLUMNS);
  const magnum = await openSession(io, flags);
  const call = { signal: io.signal };
  const names =
    typeof flags['driver'] === 'string'
      ? [flags['driver']]
      : (await magnum.rawList({ method: 'GET', path: '/v1/drivers' }, 'drivers', call).toArray()).map((driver) =>
          String(itemOf(driver)['name']),
        );
  const rows: Item[] = [];
  for (const name of names) {
    const driver = itemOf(await magnum.raw({ method: 'GET', path: `/v1/drivers/${encodeURIComponent(name)}` }, call));
    const platforms = Array.isArray(driver['platforms']) ? driver['platforms'].map((platform) => itemOf(platform)['coe']) : [];
    if (typeof flags['coe'] === 'string' && !platforms.includes(flags['coe'])) continue;
    const labels = Array.isArray(driver['labels']) ? driver['labels'].map(itemOf) : [];
    rows.push(...labels.map((label) => ({ ...label, ...viewItems([label])[0], driver: name })));
  }
  await printList(io, sortItems(rows, flags), { ...output, usual: ['name', 'driver', 'values', 'default', 'meaning'] });
}
