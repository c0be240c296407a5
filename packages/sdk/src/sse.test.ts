import { expect, test } from 'vitest';
import fc from 'fast-check';
import { MessageParser } from './sse.js';

const read = (pieces: readonly string[]): unknown[] => {
  const parser = new MessageParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

test.each<readonly [string, string, readonly object[]]>([
  ['one line', 'data: a\n\n', [{ data: 'a', event: undefined }]],
  ['several lines of data', 'data: a\ndata:b\ndata\n\n', [{ data: 'a\nb\n', event: undefined }]],
  [
    'a name, which is of one message only',
    'event: gone\ndata: {}\n\ndata: x\n\n',
    [
      { event: 'gone', data: '{}' },
      { event: undefined, data: 'x' },
    ],
  ],
  [
    'comments, other fields and a name without data',
    ': keep-alive\nid: 7\nretry: 1\n\nevent: x\n\ndata: y\n\n',
    [{ event: undefined, data: 'y' }],
  ],
  ['only the first space', 'data:  two\n\n', [{ data: ' two', event: undefined }]],
  ['all line ends', 'data: a\r\n\r\ndata: b\r\rdata: c\n\n', [{ data: 'a' }, { data: 'b' }, { data: 'c' }]],
  ['no message that is cut off', 'data: a\n', []],
])('a stream of events gives %s', (_what, text, expected) => {
  expect(read([text])).toMatchObject(expected);
});

test('the places at which a stream is cut change nothing', () => {
  const line = fc.constantFrom('data: a', 'data:', 'data', 'event: e', ': c', 'id: 1', '', 'data: x:y');
  const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n'))).map((lines) => lines.flat().join(''));
  fc.assert(
    fc.property(text, fc.array(fc.nat(200)), (whole, cuts) => {
      const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
      const pieces = places.slice(1).map((place, index) => whole.slice(places[index], place));
      // A carriage return at the end of all is completed by the next line.
      expect(read([...pieces, '\n\n'])).toEqual(read([whole, '\n\n']));
    }),
  );
});
