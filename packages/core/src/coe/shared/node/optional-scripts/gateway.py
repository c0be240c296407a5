#!/usr/bin/env python3
# Speaks TLS before the engine of this node. The engine reads certificates only when it starts, and a restart ends its containers;
# so this program holds them: after SIGHUP it reads them again, and refuses no connection meanwhile.
import collections, os, select, signal, socket, ssl, subprocess, sys, threading

FOLDER = os.environ.get("MAGNUM_TLS", "/etc/docker")
ENGINE = os.environ.get("MAGNUM_ENGINE", "/var/run/docker.sock")
PORT = int(os.environ.get("MAGNUM_PORT", "2375"))
HANDSHAKE_WITHIN = 10
# Connections without a certificate yet have a limit of their own, and one address a small part of it. A new one ends the oldest, so
# that silent connections cannot lock clients out.
MOST_HANDSHAKES = 256
MOST_HANDSHAKES_OF_ONE = 32
MOST_CONVERSATIONS = 512
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


def parts(data):
    """The members of a DER value: pairs of tag and content."""
    at = 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            size, at = int.from_bytes(data[at:at + count], "big"), at + count
        yield tag, data[at:at + size]
        at += size


CLIENT_AUTH = bytes.fromhex("2b06010505070302")
EXTENDED_KEY_USAGE = bytes.fromhex("551d25")


def is_client(certificate):
    """Whether it says that it is a client's, and nothing else: TLS takes one that says nothing, and one that is a server's too."""
    [(_, whole)] = parts(certificate)
    (_, signed), *_ = parts(whole)
    usages = []
    for tag, content in parts(signed):
        if tag == 0xA3:
            [(_, extensions)] = parts(content)
            for _, extension in parts(extensions):
                fields = [field for _, field in parts(extension)]
                if fields[0] == EXTENDED_KEY_USAGE:
                    [(_, listed)] = parts(fields[-1])
                    usages += [usage for _, usage in parts(listed)]
    return usages == [CLIENT_AUTH]


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
    if isinstance(client, ssl.SSLSocket):
        client.unwrap()


class Handshakes:
    """The connections that have not proven anything yet, the oldest first."""

    def __init__(self):
        self.open = collections.OrderedDict()
        self.lock = threading.Lock()

    def enter(self, plain, source):
        with self.lock:
            of_one = [other for other, its in self.open.items() if its == source]
            if len(of_one) >= MOST_HANDSHAKES_OF_ONE:
                self.push_out(of_one[0])
            elif len(self.open) >= MOST_HANDSHAKES:
                self.push_out(next(iter(self.open)))
            self.open[plain] = source

    def push_out(self, plain):
        self.open.pop(plain)
        try:
            plain.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def leave(self, plain):
        """False: it was pushed out meanwhile."""
        with self.lock:
            return self.open.pop(plain, None) is not None


class Gateway:
    def __init__(self):
        self.context = read_certificates()
        self.open = {}
        self.lock = threading.Lock()
        self.handshakes = Handshakes()
        self.room = threading.BoundedSemaphore(MOST_CONVERSATIONS)

    def serve(self):
        listener = socket.create_server(("0.0.0.0", PORT), backlog=1024, reuse_port=False)
        signal.signal(signal.SIGHUP, lambda *_: self.reload())
        say("listening on port %d" % PORT)
        while True:
            plain, (source, _) = listener.accept()
            self.handshakes.enter(plain, source)
            threading.Thread(target=self.admit, args=(plain, self.context), daemon=True).start()

    def admit(self, plain, context):
        client = None
        try:
            plain.settimeout(HANDSHAKE_WITHIN)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            # TLS has a descriptor of its own, so that this one stays what the room of handshakes knows.
            client = context.wrap_socket(plain.dup(), server_side=True)
            if not self.handshakes.leave(plain):
                return
            plain.close()
            certificate = client.getpeercert(binary_form=True)
            if not is_client(certificate):
                return say("refused: the certificate is no client's")
            if not self.room.acquire(blocking=False):
                return say("refused: %d clients are here already" % MOST_CONVERSATIONS)
            try:
                self.converse(client, certificate, context)
            finally:
                self.room.release()
        except (OSError, ValueError, IndexError):
            pass  # it went away, or it was none of ours
        finally:
            self.handshakes.leave(plain)
            with self.lock:
                self.open.pop(client, None)
            if client:
                client.close()
            plain.close()

    def converse(self, client, certificate, context):
        with self.lock:
            self.open[client] = certificate
        if context is not self.context:
            self.end_strangers()
        with self.reach(client) as engine:
            relay(client, engine)

    def reach(self, _):
        engine = socket.socket(socket.AF_UNIX)
        engine.connect(ENGINE)
        return engine

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
