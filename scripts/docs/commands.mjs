// The pages of the command line, made of the commands' own descriptions, options and examples: docs/cli-reference.md and the manual.
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const SILENT = { env: {}, out: () => undefined, err: () => undefined };

/** @returns {Promise<Record<string, string>>} the texts of the pages, by their paths */
export async function commandPages() {
  const cli = (path) => import(join(ROOT, 'packages/cli/dist', path));
  const [{ buildProgram }, { EXAMPLES }, { CONNECTION_FLAGS }, { FINE_OPTIONS }] = await Promise.all([
    cli('main.js'),
    cli('examples.js'),
    cli('connection-flags.js'),
    cli('output-options.js'),
  ]);
  const program = await buildProgram(SILENT);
  const nouns = program.commands.map((noun) => ({
    name: noun.name(),
    about: noun.description(),
    commands: leavesOf(noun).map((command) => describe(command, EXAMPLES)),
  }));
  const connection = CONNECTION_FLAGS.map(({ flags, about }) => ({ term: flags, about }));
  const fine = FINE_OPTIONS.map(({ flags, about }) => ({ term: flags, about }));
  const pages = { 'docs/cli-reference.md': reference(nouns) };
  for (const noun of nouns) pages[`packages/cli/man/magnum-${noun.name}.1`] = manualOf(noun);
  pages['packages/cli/man/magnum.1'] = overview(nouns, { connection, fine });
  return pages;
}

/** A noun without verbs is a command itself. */
function leavesOf(command) {
  const own = command.commands.length === 0 || command.name() === 'dev' ? [command] : [];
  return [...own, ...command.commands.flatMap(leavesOf)];
}

function pathOf(command) {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}`.trim() : '';
}

const COMMON = new Set(['--format', '--column', '--query', '--no-header', '--max-width', '--debug', '--help']);

function describe(command, examples) {
  const help = command.createHelp();
  const path = pathOf(command);
  const options = help.visibleOptions(command).filter(({ long }) => !COMMON.has(long));
  return {
    path,
    usage: `magnum ${path} ${command.usage().replace('[options]', '').replace('[command]', '').trim()}`.trim(),
    about: command.description(),
    aliases: command.aliases(),
    arguments: help
      .visibleArguments(command)
      .map((argument) => ({ term: argument.name(), about: help.argumentDescription(argument) })),
    options: options.map((option) => ({ term: option.flags, about: help.optionDescription(option) })),
    examples: examples[path] ?? [],
  };
}

function reference(nouns) {
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
  const table = (rows) =>
    rows.length === 0
      ? ''
      : `| | |\n| --- | --- |\n${rows.map(({ term, about }) => `| \`${cell(term).replaceAll('&lt;', '<')}\` | ${cell(about)} |`).join('\n')}\n\n`;
  const part = (command) =>
    `### magnum ${command.path}\n\n${sentence(command.about)}\n\n\`\`\`sh\n${command.examples.join('\n')}\n\`\`\`\n\nWords: \`${command.usage.replace('magnum ', '')}\`${command.aliases.length > 0 ? ` (also \`${command.aliases.join('`, `')}\`)` : ''}\n\n${table([...command.arguments, ...command.options])}`;
  return `# Commands of the command line

<!-- Made by scripts/generate-docs.mjs from the commands themselves. -->

Every command with its arguments, options and an example. What all commands share (output, connection, waiting, exit codes): [cli.md](cli.md). The same as a manual: \`man magnum-bay\`.

${nouns.map((noun) => `## ${noun.name}\n\n${sentence(noun.about)}\n\n${noun.commands.map(part).join('')}`).join('\n')}`;
}

function sentence(text) {
  const first = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** Text of roff: its escape character and hyphens are written out, and no line begins with a control character. */
function roff(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

const heading = (name, about) =>
  `.TH "${name.toUpperCase()}" "1" "" "magnum" "Magnum"\n.SH NAME\n${roff(name)} \\- ${roff(about)}\n`;
const terms = (rows) => rows.map(({ term, about }) => `.TP\n\\fB${roff(term)}\\fR\n${roff(about || '\u00a0')}\n`).join('');
const lines = (texts) => `.nf\n${texts.map((text) => `${roff(text)}\n`).join('')}.fi\n`;

function manualOf({ name, about, commands }) {
  const part = (command) =>
    [
      `.SS ${roff(`magnum ${command.path}`)}\n${roff(sentence(command.about))}\n.PP\n\\fB${roff(command.usage)}\\fR\n`,
      terms([...command.arguments, ...command.options]),
      command.examples.length > 0 ? `.PP\nExample:\n.PP\n${lines(command.examples)}` : '',
    ].join('');
  return `${heading(`magnum-${name}`, about)}.SH COMMANDS\n${commands.map(part).join('')}.SH SEE ALSO\n.BR magnum (1)\n`;
}

const EXITS = [
  ['0', 'success'],
  ['1', 'failure, or the answer no'],
  ['2', 'wrong usage'],
  ['3', 'not found'],
  ['4', 'not allowed, or the login failed'],
  ['5', 'conflict'],
  ['6', 'timeout'],
  ['7', 'the bay failed'],
  ['130', 'interrupted by Ctrl-C'],
].map(([term, about]) => ({ term, about }));

const OUTPUT = [
  { term: '-f, --format <format>', about: 'table, json, yaml, value, csv, shell or name' },
  { term: '-c, --column <name>', about: 'show only this column or field; may be repeated' },
  { term: '--query <expression>', about: 'show what a JMESPath expression chooses from the data' },
  { term: '--no-header', about: 'omit the names of the columns' },
  { term: '--max-width <columns>', about: "greatest width of a table; the terminal's by default, 0 for none" },
  { term: '--color <when>', about: 'auto, always or never' },
  { term: '--error-format <format>', about: 'text or json' },
  { term: '--debug', about: 'print requests and responses, without secrets' },
];

function overview(nouns, { connection, fine }) {
  return [
    heading('magnum', 'container orchestration engines as OpenStack resources'),
    `.SH SYNOPSIS\n\\fBmagnum\\fR [options] \\fInoun\\fR \\fIverb\\fR [arguments]\n`,
    `.SH NOUNS\n${terms(nouns.map(({ name, about }) => ({ term: `magnum-${name}(1)`, about })))}`,
    `.SH OUTPUT\n${terms([...OUTPUT, ...fine])}`,
    `.SH CONNECTION\nEach option takes precedence over the variable of its name, such as OS_AUTH_URL, and that over clouds.yaml.\n${terms(connection)}`,
    `.SH EXIT STATUS\n${terms(EXITS)}`,
  ].join('');
}
