import { textAt, type JsonObject } from './json.js';
import { successOf } from './schemas.js';
import { operationsOf, type SpecOperation } from './spec.js';
import { surfaceAt } from './surface.js';
import { allVersions, rangeOf, type VersionRange } from './versions.js';

/** What the page's tables are made of. */
export interface Sources {
  readonly spec: JsonObject;
  /** What the comparison with upstream's server found, and why it is so. */
  readonly differences: readonly MeasuredDifference[];
}

export interface MeasuredDifference {
  readonly subject: string;
  readonly upstream: string;
  readonly here: string;
  readonly why: string;
}

const SECTIONS: Readonly<Record<string, (sources: Sources) => readonly string[]>> = {
  routes: ({ spec }) => routes(spec),
  versions: ({ spec }) => versions(spec),
  differences: ({ differences }) => measured(differences),
};

/** The page with its generated parts as the sources give them: each stands between `<!-- name -->` and `<!-- /name -->`. */
export function withSections(page: string, sources: Sources): string {
  return Object.entries(SECTIONS).reduce((text, [name, lines]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`docs/compatibility.md: ${begin} and ${end} are missing`);
    return `${text.slice(0, from + begin.length)}\n${lines(sources).join('\n')}\n${text.slice(to)}`;
  }, page);
}

function measured(differences: readonly MeasuredDifference[]): readonly string[] {
  return [
    '| Subject | Zed | Here | Why |',
    '| --- | --- | --- | --- |',
    ...differences.map(({ subject, upstream, here, why }) => `| ${[subject, upstream, here, why].join(' | ')} |`),
  ];
}

function routes(spec: JsonObject): readonly string[] {
  return [
    '| Route | From | Answers | Policy | |',
    '| --- | --- | --- | --- | --- |',
    ...operationsOf(spec).map((operation) => {
      const { body, method, path } = operation;
      const isExtension = /\bextension\b/i.test(textAt(body, 'description') ?? '');
      const policy = textAt(body, 'x-policy');
      return `| ${method.toUpperCase()} \`${path}\` | ${spanOf(body)} | ${answersOf(operation)} | ${policy ? `\`${policy}\`` : 'none'} | ${isExtension ? 'extension' : ''} |`;
    }),
  ];
}

function spanOf(annotated: JsonObject): string {
  const { from, to } = rangeOf(annotated);
  return to === null ? from : `${from}–${to}`;
}

function answersOf(operation: SpecOperation): string {
  const successes = successOf(operation);
  if (successes.length === 1) return String(successes[0]?.status);
  return successes.map(({ range, status }) => `${status} (${rangeText(range)})`).join(', ');
}

function rangeText({ from, to }: VersionRange): string {
  if (to === null) return `${from} on`;
  return from === to ? from : `${from}–${to}`;
}

/** What each surface has, and the one before had not; whole routes in one line. */
function versions(spec: JsonObject): readonly string[] {
  const all = allVersions(spec);
  return [
    '| Version | More | Less |',
    '| --- | --- | --- |',
    ...all.slice(1).flatMap((version, index) => {
      const [before, after] = [linesAt(spec, all[index] ?? ''), linesAt(spec, version)];
      const [more, less] = [shortened(after, before), shortened(before, after)];
      return more.length + less.length === 0
        ? [`| ${version} | nothing | |`]
        : [`| ${version} | ${cell(more)} | ${cell(less)} |`];
    }),
  ];
}

function linesAt(spec: JsonObject, version: string): ReadonlySet<string> {
  return new Set(surfaceAt(spec, version).trim().split('\n'));
}

/** Lines of the one surface that the other has not; of a route or an answer that is new as a whole, only its head. */
function shortened(lines: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] {
  const known = new Set([...others].flatMap((line) => [words(line, 2), words(line, 3)]));
  const own = [...lines].filter((line) => !others.has(line));
  const heads = own.map((line) => {
    if (!known.has(words(line, 2))) return words(line, 2);
    const isAnswer = /^\d+$/.test(line.split(' ')[2] ?? '');
    return isAnswer && !known.has(words(line, 3)) ? `${words(line, 3)} (its fields)` : line;
  });
  return [...new Set(heads)];
}

/** `/v1/bays POST`, and with three words `/v1/bays POST 201`. */
function words(line: string, count: number): string {
  return line.split(' ').slice(0, count).join(' ');
}

function cell(lines: readonly string[]): string {
  return lines.map((line) => `\`${line.replaceAll('|', ' or ')}\``).join('<br>');
}
