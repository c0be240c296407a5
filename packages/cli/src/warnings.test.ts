import { describe, expect, test } from 'vitest';
import { failing, magnum, type Answers } from './testing/fake-magnum.js';

describe('warnings of the server', () => {
  const header = '299 magnum "labels.a: no such label; did you mean \\"b\\"?", 299 magnum "second\u001b[2J, with a comma"';
  const warn = (response: Response): Response => {
    response.headers.set('warning', header.replace('\u001b[2J', ''));
    return response;
  };
  const printed = 'warning: labels.a: no such label; did you mean "b"?\nwarning: second, with a comma\n';

  test.each([
    'bay create my-bay --baymodel swarm -f json',
    'bay list -f json',
    'bay show my-bay -f value',
    'bay update my-bay --node-count 3 -f csv',
    'bay delete my-bay --yes -f json',
    'container start web',
    'container logs web',
    'certificate rotate my-bay --yes',
    'bay events my-bay',
    'dev load-image x --bay my-bay',
  ])('are on stderr, each once: %s', async (line) => {
    const answers: Answers = (method, path) => {
      if (path === '/v1') return undefined;
      if (path.endsWith('/events')) return warn(Response.json({ events: [] }));
      if (path.endsWith('/images')) return warn(Response.json({ nodes: [] }));
      if (method === 'DELETE') return warn(new Response(null, { status: 204 }));
      return warn(Response.json({ uuid: 'u-1', bays: [], output: 'x' }));
    };
    const { err, out, code } = await magnum(line, { answers });
    expect(err.replace('my-bay: will be deleted\n', '')).toBe(printed);
    expect(out).not.toContain('warning');
    expect(code).toBe(0);
  });

  test('are printed of an error, too, and of another form as they are', async () => {
    const { err } = await magnum('bay show my-bay', {
      answers: (_method, path) => {
        if (path === '/v1') return undefined;
        const response = failing(400, 'No.');
        response.headers.set('warning', 'something else');
        return response;
      },
    });
    expect(err).toBe('warning: something else\nmagnum: No. (request req-7)\n');
  });
});
