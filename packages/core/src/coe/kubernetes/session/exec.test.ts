import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { Secret } from '../../../domain/secret.js';
import { ANY_ADDRESS } from '../../../testing/any-address.js';
import { selfSigned } from '../../../testing/self-signed.js';
import { execIn } from './exec.js';

const tls = selfSigned();
const TARGET = { namespace: 'kube-system', pod: 'etcd-a', container: 'etcd' };
const frame = (channel: number, text: string): Buffer => Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);

/** An API whose `exec` does what a test says. */
let serve: (socket: WebSocket, url: string) => void = () => undefined;
let refuses: number | undefined;
let server: Server;
beforeAll(async () => {
  server = createServer(tls);
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined);
    if (refuses !== undefined) return socket.end(`HTTP/1.1 ${refuses} Refused\r\nContent-Length: 0\r\n\r\n`);
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      accepted.on('error', () => undefined);
      serve(accepted, request.url ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
afterEach(() => {
  refuses = undefined;
});

function run(signal = new AbortController().signal, guard = ANY_ADDRESS) {
  const url = `https://localhost:${(server.address() as AddressInfo).port}`; // of a TCP server
  const endpoint = { url, ca: tls.cert, clientCertificate: tls.cert, clientKey: new Secret(tls.key) };
  return execIn({ endpoint, nodes: [], guard }, TARGET, ['etcdctl', 'member', 'list'], signal);
}

describe('a command in a pod', () => {
  test('gives what it printed, and its exit code', async () => {
    let asked = '';
    serve = (socket, url) => {
      asked = url;
      socket.send(frame(1, 'one\n'));
      socket.send(frame(2, 'warning\n'));
      socket.send(frame(1, 'two\n'));
      socket.send(frame(3, JSON.stringify({ status: 'Success' })));
      socket.close();
    };
    expect(await run()).toEqual({ exitCode: 0, stdout: 'one\ntwo\n', stderr: 'warning\n' });
    expect(asked).toBe(
      '/api/v1/namespaces/kube-system/pods/etcd-a/exec?command=etcdctl&command=member&command=list&container=etcd&stdout=true&stderr=true',
    );
  });

  test('that fails has its own exit code', async () => {
    serve = (socket) => {
      const details = { causes: [{ reason: 'ExitCode', message: '7' }] };
      socket.send(frame(3, JSON.stringify({ status: 'Failure', reason: 'NonZeroExitCode', details })));
      socket.close();
    };
    expect(await run()).toMatchObject({ exitCode: 7 });
  });

  test.each([
    ['a status that is no JSON', (socket: WebSocket) => socket.send(frame(3, '{'))],
    ['no status at all', (socket: WebSocket) => socket.send(frame(1, 'half'))],
    [
      'an empty message and a channel that does not exist',
      (socket: WebSocket) => [Buffer.alloc(0), frame(9, 'x')].map((part) => socket.send(part)),
    ],
  ])('is an error of the engine after %s', async (_, answer) => {
    serve = (socket) => {
      answer(socket);
      socket.close();
    };
    await expect(run()).rejects.toMatchObject({
      kind: 'engine-failed',
      message: expect.stringContaining('without an exit status'),
    });
  });

  test.each([
    ['more than it may', (socket: WebSocket) => Array.from({ length: 6 }, () => socket.send(frame(1, 'x'.repeat(60_000))))],
    ['one message without end', (socket: WebSocket) => socket.send(frame(1, 'x'.repeat(400_000)))],
  ])('that prints %s is ended', async (_, answer) => {
    const closed = new Promise<void>((resolve) => {
      serve = (socket) => {
        socket.once('close', () => resolve());
        answer(socket);
      };
    });
    await expect(run()).rejects.toMatchObject({
      kind: 'engine-failed',
      message: expect.stringContaining('could not run etcdctl'),
    });
    await closed;
  });

  test('ends with the caller, and its connection too', async () => {
    const caller = new AbortController();
    const closed = new Promise<void>((resolve) => {
      serve = (socket) => {
        socket.once('close', () => resolve());
        caller.abort(new Error('the pass is over'));
      };
    });
    await expect(run(caller.signal)).rejects.toThrow('the pass is over');
    await closed;
  });

  test('is an error of the engine where the API refuses it', async () => {
    refuses = 403;
    await expect(run()).rejects.toMatchObject({ kind: 'engine-failed', message: expect.stringContaining('answered 403') });
  });

  test('runs nowhere but at an address that the guard allows', async () => {
    const guard = { requireAllowed: (address: string) => Promise.reject(new Error(`${address} is not of this bay`)) };
    let isReached = false;
    serve = () => {
      isReached = true;
    };
    await expect(run(undefined, guard)).rejects.toMatchObject({ message: expect.stringContaining('is not of this bay') });
    expect(isReached).toBe(false);
  });
});
