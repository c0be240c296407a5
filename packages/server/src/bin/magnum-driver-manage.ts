#!/usr/bin/env node
import { DomainError, driverImages, driverPlatforms } from '@magnum-ts/core';
import { end, readArguments } from './arguments.js';

const USAGE = `usage: magnum-driver-manage list
       magnum-driver-manage images DRIVER [LABEL=VALUE ...]

  list     the drivers of this release, and what each of them makes bays of
  images   the container images of a bay with these labels, one in a line, as a private registry has to hold them:
           magnum-driver-manage images kubeadm kube_tag=v1.36.3 container_infra_prefix=registry.example/k8s`;

const { words } = readArguments({ name: 'magnum-driver-manage', usage: USAGE });
const [command, ...rest] = words;
if (command === 'list') end(platforms(), 0);
else if (command === 'images') images(rest);
else end(command === undefined ? USAGE : `unknown command ${command}\n\n${USAGE}`, command === undefined ? 0 : 2);

function platforms(): string {
  const rows = [
    ['name', 'server_type', 'os', 'coe'],
    ...driverPlatforms().map(({ name, serverType, distro, coe }) => [name, serverType, distro, coe]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

function images([driver, ...labels]: readonly string[]): never {
  if (driver === undefined) return end(`name the driver\n\n${USAGE}`, 2);
  const odd = labels.find((label) => !/^[^=]+=/.test(label));
  if (odd !== undefined) return end(`${JSON.stringify(odd)} is no label: write NAME=VALUE`, 2);
  const pairs = labels.map((label): [string, string] => {
    const at = label.indexOf('=');
    return [label.slice(0, at), label.slice(at + 1)];
  });
  try {
    return end(driverImages(driver, Object.fromEntries(pairs)).join('\n'), 0);
  } catch (error) {
    if (error instanceof DomainError) return end(error.message, 2);
    throw error;
  }
}
