// A renamed page or a reworded heading breaks the comments and pages that refer to it, and nothing reports that. This resolves every
// citation of a page under docs/ in code (`docs/api.md#errors`) and every relative link of a Markdown page, and prints file and line of
// each one whose file or anchor does not exist. Citations by name and number (the word contract, an area, the sign of a section) are refused:
// nothing can resolve them. `node scripts/check-citations.mjs [folder]`; without a folder, the repository itself.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';

const CONTRACT = 'docs/contract';
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'coverage', 'generated', 'golden', '.git', '.cache']);
const CODE = new Set(['.ts', '.js', '.mjs', '.cjs', '.sh', '.py', '.yaml', '.yml', '.conf', '.service', '.toml', '.sql']);
const CITATION = /(?<![\w./-])docs\/[\w./-]*\.md(?:#[\w-]+)?/g;
/** Also where the line of a comment ends within it. */
const NUMBERED = /\bcontract,[\s*/#]+\w+[\s*/#]+[§"]/gi;
// Text and target of an inline link; an image is one, too. The target ends before a title.
const LINK = /\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)/g;
const REFERENCE = /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/g;
const ELSEWHERE = /^(?:[a-z][a-z\d+.-]*:|\/)/i;

/** Every file below a folder, but for what is installed or generated. */
function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name)) yield* filesBelow(path);
    } else if (entry.isFile()) yield path;
  }
}

/** A target that is not encoded properly is looked up as it is written. */
function decoded(target) {
  try {
    return decodeURI(target);
  } catch {
    return target;
  }
}

const lineAt = (text, offset) => text.slice(0, offset).split('\n').length;

/** The lines of a page outside of fenced code, without what stands in backticks; the others are empty, so that numbers stay true. */
function proseOf(text) {
  let fence;
  return text.split('\n').map((line) => {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (fence) {
      if (mark?.startsWith(fence)) fence = undefined;
      return '';
    }
    fence = mark;
    return mark ? '' : line;
  });
}

const withoutCode = (line) => line.replaceAll(/(`+).*?\1/g, (code) => ' '.repeat(code.length));

/** The anchor that GitHub gives a heading; a second one of the same words gets a number. */
function anchorOf(heading, taken) {
  const words = heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s+#+\s*$/, '')
    .trim();
  const base = words
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-');
  let anchor = base;
  for (let number = 1; taken.has(anchor); number++) anchor = `${base}-${number}`;
  return anchor;
}

function anchorsOf(path) {
  const anchors = new Set();
  for (const line of proseOf(readFileSync(path, 'utf8'))) {
    const heading = /^ {0,3}#{1,6}\s+(.*)$/.exec(line)?.[1];
    if (heading) anchors.add(anchorOf(heading, anchors));
    for (const [, id] of line.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(id);
  }
  return anchors;
}

/** Every reference of a file to a page or to a file beside it: `{ line, target, from }`, where `from` is the folder it is relative to. */
function* referencesOf(root, path, text) {
  if (extname(path) === '.md') {
    for (const [index, line] of proseOf(text).entries()) {
      for (const [, target] of [...withoutCode(line).matchAll(LINK), ...line.matchAll(REFERENCE)])
        if (!ELSEWHERE.test(target)) yield { line: index + 1, target, from: dirname(path) };
    }
  } else if (CODE.has(extname(path))) {
    for (const { 0: target, index } of text.matchAll(CITATION)) yield { line: lineAt(text, index), target, from: root };
  }
}

/** @returns {{ resolved: number, problems: string[] }} problems as `file:line: what is wrong` */
function check(root) {
  const anchors = new Map();
  const problems = [];
  let resolved = 0;
  const faultOf = (path, { target, from }) => {
    const [file, anchor] = target.split('#');
    const cited = file === '' ? path : resolve(from, decoded(file));
    if (!existsSync(cited)) return `${target}: there is no file ${relative(root, cited)}`;
    if (anchor === undefined || extname(cited) !== '.md' || !statSync(cited).isFile()) return undefined;
    if (!anchors.has(cited)) anchors.set(cited, anchorsOf(cited));
    return anchors.get(cited).has(anchor) ? undefined : `${target}: ${relative(root, cited)} has no heading for #${anchor}`;
  };
  for (const path of filesBelow(root)) {
    const isText = extname(path) === '.md' || CODE.has(extname(path));
    if (!isText) continue;
    const text = readFileSync(path, 'utf8');
    for (const reference of referencesOf(root, path, text)) {
      const fault = faultOf(path, reference);
      if (fault === undefined) resolved++;
      else problems.push(`${relative(root, path)}:${reference.line}: ${fault}`);
    }
    for (const { 0: words, index } of CODE.has(extname(path)) ? text.matchAll(NUMBERED) : []) {
      const shown = words.replaceAll(/[\s*/#]+/g, ' ');
      problems.push(
        `${relative(root, path)}:${lineAt(text, index)}: ${shown}… cannot be resolved: cite page and heading of ${CONTRACT}`,
      );
    }
  }
  return { resolved, problems };
}

const { resolved, problems } = check(resolve(process.argv[2] ?? join(import.meta.dirname, '..')));
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${resolved} citations and links resolve, ${problems.length} do not\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
