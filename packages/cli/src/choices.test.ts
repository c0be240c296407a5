import { expect, test, vi } from 'vitest';
import { magnum } from './testing/fake-magnum.js';

test.each([
  ['bay list -f josn', '(Did you mean json?)'],
  ['bay list --status CREATE_COMPLET', '(Did you mean CREATE_COMPLETE?)'],
  ['baymodel create x --image i --keypair k --coe kubernets', '(Did you mean kubernetes?)'],
  ['bay list --color alwys', '(Did you mean always?)'],
  ['bay list -f csv --quote minmal', '(Did you mean minimal?)'],
  ['completion zhs', '(Did you mean zsh?)'],
])('a mistyped value is answered with the one that may be meant, and nothing is sent: %s', async (line, suggestion) => {
  const { code, err, requests } = await magnum(line);
  expect(err).toContain(`${suggestion}\n`);
  expect(err).toContain('Allowed choices are');
  expect([code, requests]).toEqual([2, []]);
});

test.each(['bay list -f qqqqqq', 'bay list -f --help', 'bay list -f toString'])(
  'a value like none is answered with all of them: %s',
  async (line) => {
    const { code, err } = await magnum(line);
    expect(err).toContain('Allowed choices are table, json');
    expect(err).not.toContain('Did you mean');
    expect(code).toBe(2);
  },
);

test('the suggestion is in errors for programs, too', async () => {
  const { err } = await magnum('bay list -f josn --error-format json');
  expect(JSON.parse(err)).toMatchObject({ error: { code: 'usage', message: expect.stringContaining('(Did you mean json?)') } });
});

test.each(['', '--help', '-h'])('a value that is none is answered with all of them, and with nothing else: %j', async (word) => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const { code, out, err } = await magnum(['bay', 'list', '-f', word]);
  const calls = written.mock.calls.length;
  written.mockRestore();
  expect([code, out, calls]).toEqual([2, '', 0]);
  expect(err).toMatch(/Allowed choices are table, json.*\.\n\(see --help\)\n$/);
});
