/** Where a command may begin: a line, a prompt, another command's end, or a substitution. */
const MAGNUM = /(?:^|^\$ |&& |\|\| |[;|(] ?|npx |time |xargs )\s*magnum (?=[a-z][a-z0-9-]*(?:[\s)]|$))/g;
/** A word with its quoted parts; or what ends a command. */
const WORD = /\s*(?:(#|&&?|\|\|?|;|\)|[0-9]?>)|((?:'[^']*'|"[^"]*"|\\.|[^\s'"\\&|;)>])+))/gy;

/** The words of the command at the beginning of a text, as a shell reads them. */
function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const [, end, word] of text.matchAll(WORD)) {
    if (end !== undefined || word === undefined || word.startsWith('#')) break;
    words.push(word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, ...parts: (string | undefined)[]) => parts.slice(0, 3).join('')));
  }
  return words;
}

/** The words after \`magnum\` of each command of this program in a line of a shell. */
export function magnumWordsIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(MAGNUM)].map(({ 0: { length }, index }) => wordsOf(text.slice(index + length)));
}
