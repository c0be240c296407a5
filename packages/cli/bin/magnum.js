#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';

const [word, ...others] = process.argv.slice(2);
if (word === '--version' && others.length === 0) {
  // Asked by scripts at each start, so it loads nothing.
  console.log(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version);
} else if (existsSync(new URL('../dist/main.js', import.meta.url))) {
  const { run } = await import('../dist/main.js');
  await run();
} else {
  console.error('magnum is not built yet: run npm run build');
  process.exitCode = 1;
}
