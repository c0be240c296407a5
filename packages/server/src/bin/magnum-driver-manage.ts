#!/usr/bin/env node
import { driverPlatforms } from '@magnum-ts/core';
import { end, readArguments } from './arguments.js';

const USAGE = `usage: magnum-driver-manage list

  list   the drivers of this release, and what each of them makes bays of`;

const { words } = readArguments({ name: 'magnum-driver-manage', usage: USAGE });
const [command] = words;
if (command !== 'list')
  end(command === undefined ? USAGE : `unknown command ${command}\n\n${USAGE}`, command === undefined ? 0 : 2);
const rows = [
  ['name', 'server_type', 'os', 'coe'],
  ...driverPlatforms().map(({ name, serverType, distro, coe }) => [name, serverType, distro, coe]),
];
const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
end(
  rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n'),
  0,
);
