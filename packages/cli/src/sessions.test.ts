import { describe, expect, test } from 'vitest';
import { BAY, failing, magnum, type Answers, type Setting } from './testing/fake-magnum.js';

/** What a user sees of some commands in a row, at two widths, in a pipe, and without colours. A file that was removed is written anew. */
const ENV = { MAGNUM_ENDPOINT: 'http://magnum.test/v1', OS_TOKEN: 't' };
const terminal = { outIsTty: true, errIsTty: true, inIsTty: true, ask: async () => 'no' };
const SETTINGS: Readonly<Record<string, Setting>> = {
  80: { ...terminal, outWidth: 80, env: ENV },
  200: { ...terminal, outWidth: 200, env: ENV },
  'no-color': { ...terminal, outWidth: 80, env: { ...ENV, NO_COLOR: '1' } },
  pipe: { env: ENV },
};
const COMMANDS = [
  'bay create my-bay --baymodel swarm --node-count 2',
  'bay update my-bay --node-count 3 --dry-run',
  'bay list',
  'bay show my-bay',
  'bay list --query [].[name,status]',
  'bay list -f csv -c uuid -c node_count',
  'bay show lost',
  'bay list -c stauts',
  'bay shwo my-bay',
  'bay delete my-bay',
  'label list --driver swarm',
  'bay events my-bay',
  'bay show --help',
];
const label = {
  name: 'swarm_strategy',
  type: 'string',
  default: 'spread',
  one_of: ['spread', 'binpack'],
  minimum: null,
  maximum: null,
};
const answers: Answers = (_method, path) => {
  if (path === '/v1/drivers/swarm')
    return Response.json({
      platforms: [{ coe: 'swarm' }],
      labels: [{ ...label, meaning: 'How the engine chooses a node for a container.' }],
    });
  if (path === '/v1/bays/lost') return failing(404, 'Bay lost could not be found.');
  return path === '/v1/bays/my-bay'
    ? Response.json({ ...BAY, status: 'UPDATE_FAILED', status_reason: 'No valid host was found.' })
    : undefined;
};

describe('a session', () => {
  test.each(Object.keys(SETTINGS))('looks as its file says: %s', async (name) => {
    const parts: string[] = [];
    for (const line of COMMANDS) {
      const { out, err, code } = await magnum(line, {
        ...SETTINGS[name],
        answers: (method, ...rest) => (method === 'GET' ? answers(method, ...rest) : undefined),
      });
      parts.push(`$ magnum ${line}\n${out}${err}exit ${code}\n`);
    }
    const file = `./testing/golden/session-${name}.txt`;
    const text = parts.join('\n').replaceAll('\u001b', '\\e');
    await expect(text).toMatchFileSnapshot(file);
  });
});
