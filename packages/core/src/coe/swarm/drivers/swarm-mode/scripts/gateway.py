#!/usr/bin/env python3
# TLS before the engine of this node. The engine reads its certificates when it starts, and starting it ends what runs in it;
# so this program holds them: SIGHUP makes it read them anew, and no connection is refused meanwhile.
import os, select, signal, socket, ssl, subprocess, sys, threading

FOLDER = os.environ.get("MAGNUM_TLS", "/etc/docker")
ENGINE = os.environ.get("MAGNUM_ENGINE", "/var/run/docker.sock")
PORT = int(os.environ.get("MAGNUM_PORT", "2375"))
HANDSHAKE_WITHIN = 10
MOST_CONNECTIONS = 512
WOULD_BLOCK = (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError)
CA, SERVER = os.path.join(FOLDER, "ca.crt"), os.path.join(FOLDER, "server.pem")


def say(text):
    print("magnum gateway: " + text, file=sys.stderr, flush=True)


def read_certificates():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    # A resumed session would not be asked for its certificate again.
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    context.load_cert_chain(SERVER)
    context.load_verify_locations(CA)
    return context


class Half:
    """One direction of a connection. Either side may end its own first: `docker exec -i` does."""

    def __init__(self, source, target):
        self.source, self.target = source, target
        self.data, self.ended, self.done = b"", False, False

    def step(self):
        """Moves what can be moved now. True when something was."""
        try:
            return not self.done and self.move()
        except WOULD_BLOCK:
            return False

    def move(self):
        if self.data:
            self.data = self.data[self.target.send(self.data):]
        elif self.ended:
            self.done = True
            if not isinstance(self.target, ssl.SSLSocket):
                self.target.shutdown(socket.SHUT_WR)
        else:
            self.data = memoryview(self.source.recv(65536))
            self.ended = not self.data
        return True

    def waits_for(self):
        """What has to happen before another step: a side and an event."""
        return (self.target, select.POLLOUT) if self.data else (self.source, select.POLLIN)


def relay(client, engine):
    client.setblocking(False)
    engine.setblocking(False)
    up, down = Half(client, engine), Half(engine, client)
    while not down.done:
        if any([up.step(), down.step()]):
            continue
        events = {}
        for side, event in (half.waits_for() for half in (up, down) if not half.done):
            events[side] = events.get(side, 0) | event
        poll = select.poll()
        for side, event in events.items():
            poll.register(side, event)
        # Now and then without cause: TLS may have to write in order to read.
        poll.poll(5000)
    client.setblocking(True)
    client.settimeout(1)
    client.unwrap()


class Gateway:
    def __init__(self):
        self.context = read_certificates()
        self.open = {}
        self.lock = threading.Lock()
        self.room = threading.BoundedSemaphore(MOST_CONNECTIONS)

    def serve(self):
        listener = socket.create_server(("0.0.0.0", PORT), backlog=256, reuse_port=False)
        signal.signal(signal.SIGHUP, lambda *_: self.reload())
        say("listening on port %d" % PORT)
        while True:
            self.room.acquire()
            plain, _ = listener.accept()
            threading.Thread(target=self.converse, args=(plain, self.context), daemon=True).start()

    def converse(self, plain, context):
        client = None
        try:
            plain.settimeout(HANDSHAKE_WITHIN)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            client = context.wrap_socket(plain, server_side=True)
            with self.lock:
                self.open[client] = client.getpeercert(binary_form=True)
            if context is not self.context:
                self.end_strangers()
            with socket.socket(socket.AF_UNIX) as engine:
                engine.connect(ENGINE)
                relay(client, engine)
        except (OSError, ValueError):
            pass  # it went away, or it was none of ours
        finally:
            with self.lock:
                self.open.pop(client, None)
            (client or plain).close()
            self.room.release()

    def reload(self):
        try:
            self.context = read_certificates()
        except (OSError, ValueError) as error:
            return say("the certificates are not read: %s" % error)
        say("the certificates are read anew")
        threading.Thread(target=self.end_strangers, daemon=True).start()

    def end_strangers(self):
        """Who has come in with a certificate that no longer counts, has to go."""
        with self.lock:
            connections = list(self.open.items())
        for client, certificate in connections:
            text = ssl.DER_cert_to_PEM_cert(certificate).encode()
            verdict = subprocess.run(["openssl", "verify", "-purpose", "sslclient", "-CAfile", CA], input=text,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if verdict.returncode != 0:
                self.end(client)

    def end(self, client):
        with self.lock:
            if client not in self.open:
                return
            # Through another descriptor: the thread that relays must not lose its TLS under way and go on in plain text.
            with socket.socket(fileno=os.dup(client.fileno())) as plain:
                try:
                    plain.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


if __name__ == "__main__":
    Gateway().serve()
