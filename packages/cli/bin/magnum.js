#!/usr/bin/env node
import { existsSync } from 'node:fs';

if (existsSync(new URL('../dist/main.js', import.meta.url))) {
  const { run } = await import('../dist/main.js');
  await run();
} else {
  console.error('magnum is not built yet: run npm run build');
  process.exitCode = 1;
}
