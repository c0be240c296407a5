// Pages that are made of the code's own texts: docs/configuration.md, docs/magnum.conf.sample, docs/policy.yaml.sample, docs/cli-reference.md and
// the manual in packages/cli/man.
// `--check` says which of them are not current, and ends with 1. Needs the build.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { commandPages } from './docs/commands.mjs';

const ROOT = join(import.meta.dirname, '..');
const core = (path) => import(join(ROOT, 'packages/core/dist', path));
const { OPTIONS } = await core('config/options.js');
const { UPSTREAM_OPTIONS } = await core('config/upstream-options.js');
const { loadConfig } = await core('config/config.js');
const { inspectPolicy } = await core('composition/policy.js');

const sections = [...new Set(OPTIONS.map(({ section }) => section))].toSorted((a, b) =>
  a === 'DEFAULT' ? -1 : b === 'DEFAULT' ? 1 : a.localeCompare(b, 'en'),
);
const inSection = (section) => OPTIONS.filter((option) => option.section === section);
const shown = (value) => (Array.isArray(value) ? value.join(', ') : value === null ? '' : String(value));
const TYPES = {
  string: 'text',
  integer: 'whole number',
  boolean: 'true or false',
  list: 'list',
  multi: 'list, may stand several times',
};

function bounds({ minimum, maximum, oneOf }) {
  if (oneOf) return ` (${oneOf.join(', ')})`;
  if (minimum !== undefined && maximum !== undefined) return ` (${minimum} to ${maximum})`;
  return minimum === undefined ? '' : ` (from ${minimum})`;
}

function reference() {
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
  const rows = (section) =>
    inSection(section).map((option) => {
      const value = option.default === null || shown(option.default) === '' ? '' : `\`${shown(option.default)}\``;
      const about = `${option.help}${option.secret ? ' Secret.' : ''}${option.reloaded ? ' Counts after SIGHUP.' : ''}`;
      return `| \`${option.name}\` | ${TYPES[option.type]}${cell(bounds(option))} | ${cell(value)} | ${cell(about)} |`;
    });
  const idle = [...UPSTREAM_OPTIONS].flatMap(([section, names]) => {
    const used = new Set(inSection(section).map(({ name }) => name));
    const rest = [...names].filter((name) => !used.has(name) && name !== 'auth_section');
    return rest.length === 0 ? [] : [`**[${section}]** ${rest.map((name) => `\`${name}\``).join(' ')}`];
  });
  return `# Configuration reference

<!-- Made by scripts/generate-docs.mjs from the options' own texts. -->

Every option that \`magnum-api\`, \`magnum-conductor\` and the tools read. Files, environment and command line: [operating.md](operating.md#configuration).
A file with all of them: [magnum.conf.sample](magnum.conf.sample). \`magnum-api --print-config\` shows their values, and where each came from.

${sections.map((section) => `## [${section}]\n\n| Option | Type | Default | Meaning |\n| --- | --- | --- | --- |\n${rows(section).join('\n')}`).join('\n\n')}

## Of upstream, and without effect here

These are accepted, and named once at the start. Whatever else stands in a file is named as unknown; an unknown option about TLS stops the start.

${idle.join('\n\n')}
`;
}

function wrapped(text, width = 118) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '' || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line) => `# ${line}`).join('\n');
}

function sampleConfig() {
  const entry = (option) =>
    `${wrapped(`${option.help} (${TYPES[option.type]}${bounds(option).replace(/^ \(/, ': ').replace(/\)$/, '')})`)}\n#${option.name} = ${shown(option.default)}`.trimEnd();
  const parts = sections.map((section) => `[${section}]\n\n${inSection(section).map(entry).join('\n\n')}`);
  return `# magnum.conf with every option and its default. Made by scripts/generate-docs.mjs.\n\n${parts.join('\n\n')}\n`;
}

async function samplePolicy() {
  const view = await inspectPolicy(loadConfig([{ name: join(ROOT, 'none', 'magnum.conf'), content: '' }]));
  const rules = view.list().map((line) => {
    const [, name, check] = /^(.+?) = (.*?) {2}# /.exec(line) ?? [];
    if (!name) throw new Error(`a rule of the policy that cannot be read: ${line}`);
    return `#${JSON.stringify(name)}: ${JSON.stringify(check)}`;
  });
  return `# policy.yaml with every rule and its default. Made by scripts/generate-docs.mjs; what each may ask: operating.md, "Policy".\n\n${rules.join('\n')}\n`;
}

const markdown = async (file, text) => format(text, { ...(await resolveConfig(file)), filepath: file });
const ofCommands = await commandPages();
const PAGES = {
  'docs/configuration.md': await markdown(join(ROOT, 'docs/configuration.md'), reference()),
  'docs/magnum.conf.sample': sampleConfig(),
  'docs/policy.yaml.sample': await samplePolicy(),
  ...ofCommands,
  'docs/cli-reference.md': await markdown(join(ROOT, 'docs/cli-reference.md'), ofCommands['docs/cli-reference.md'] ?? ''),
};
const isCheck = process.argv.includes('--check');
let stale = 0;
for (const [name, text] of Object.entries(PAGES)) {
  const file = join(ROOT, name);
  const known = readIfThere(file);
  if (known === text) continue;
  stale += 1;
  if (isCheck) process.stdout.write(`${name} is not current: npm run generate:docs\n`);
  else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
process.exit(isCheck && stale > 0 ? 1 : 0);

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
