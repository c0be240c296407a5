import { connect, type Socket } from 'node:net';

export interface RawReply {
  /** 0 where the connection was closed without an answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Everything that came, several answers included. */
  readonly text: string;
  /** Whether the server has ended the connection. */
  readonly closed: boolean;
}

/** Sends bytes as they are and gathers what comes until the server closes, or for so long. A broken pipe is an answer too. */
export async function exchange(port: number, parts: readonly (string | Buffer)[], milliseconds = 1_500): Promise<RawReply> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  const closed = new Promise<boolean>((done) => socket.once('close', () => done(true)));
  await new Promise<void>((done) => socket.once('connect', done));
  for (const part of parts) await written(socket, part);
  const impatient = new AbortController();
  const isClosed = await Promise.race([closed, later(milliseconds, impatient.signal)]);
  impatient.abort();
  socket.destroy();
  return parsed(Buffer.concat(chunks).toString('latin1'), isClosed);
}

/** A socket that is closed already takes nothing more. */
async function written(socket: Socket, part: string | Buffer): Promise<void> {
  if (!socket.writable) return;
  await new Promise<void>((done) => {
    const end = (): void => done();
    socket.once('close', end);
    socket.write(part, () => {
      socket.off('close', end);
      done();
    });
  });
}

function later(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((done) => {
    const timer = setTimeout(() => done(false), milliseconds);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}

function parsed(text: string, closed: boolean): RawReply {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  const headers = Object.fromEntries(
    fields.map((field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 1).trim()]),
  );
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? 0), headers, body: rest.join('\r\n\r\n'), text, closed };
}
