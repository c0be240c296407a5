#!/usr/bin/env python3
# The gateway before the HTTP APIs of Mesos and Marathon, on every master. Mesos asks for a user and a password, which no client of the
# bay has: every client that shows a certificate of the bay is let in, and the gateway presents itself as the operator for it. So the head of
# each request is changed, and nothing else; each connection carries one request, because only the first head of a connection is seen.
#
# A master that does not lead sends clients to the leader at an address that only nodes reach. So the gateway asks its own master who
# leads, and connects to that one. Paths below /local are for its own master, for the checks of this service. It answers below /ensemble
# itself: `DELETE /ensemble/7` takes the master with the digits 0007 out of ZooKeeper's ensemble, which must not count for the majority.
import base64, http.client, os, re, socket, struct, urllib.parse

import gateway, zookeeper

TARGET = os.environ["MAGNUM_TARGET"]
CREDENTIAL = os.environ["MAGNUM_CREDENTIAL"]
LOCAL = "/local/"
LONGEST_HEAD = 65536
REACHED_WITHIN = 5
OWN_HEADERS = ("authorization", "proxy-authorization", "connection", "keep-alive", "proxy-connection")


class Answer(ValueError):
    """What the gateway answers itself."""

    def __init__(self, status, words):
        super().__init__(words)
        text = (words + "\n").encode()
        self.data = ("HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" %
                     (status, len(text))).encode() + text


def read_head(client):
    """The head of the request, without its empty line, and what has come after it."""
    data = b""
    while b"\r\n\r\n" not in data:
        if len(data) > LONGEST_HEAD:
            raise Answer("431 Request Header Fields Too Large", "the head of the request is too long")
        part = client.recv(16384)
        if not part:
            raise OSError("the client went away")
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), rest


def rewrite(lines, credential):
    """The head as Mesos gets it, and whether it is for the own master."""
    first, *headers = lines
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or any(line[:1] in " \t" for line in headers):
        raise Answer("400 Bad Request", "this is no request of HTTP/1.1")
    method, path, version = words
    is_local = path.startswith(LOCAL)
    kept = [line for line in headers if line.partition(":")[0].strip().lower() not in OWN_HEADERS]
    token = base64.b64encode(credential).decode()
    own = ["Authorization: Basic " + token, "Connection: close"]
    lines = [" ".join((method, path[len(LOCAL) - 1:] if is_local else path, version)), *kept, *own, "", ""]
    return "\r\n".join(lines).encode("latin-1"), is_local


class MesosGateway(gateway.Gateway):
    def __init__(self):
        super().__init__()
        place = TARGET.rpartition("leader:")[2]
        host, _, port = place.rpartition(":")
        self.own = (host, int(port))
        self.follows = TARGET.startswith("leader:")
        with open(CREDENTIAL, "rb") as file:
            self.credential = file.read().strip()

    def reach(self, client):
        try:
            lines, rest = read_head(client)
            if self.follows and lines[0].startswith("DELETE /ensemble/"):
                raise self.shrink_ensemble(lines[0])
            head, is_local = rewrite(lines, self.credential)
            engine = self.connect(self.own if is_local or not self.follows else self.leader())
        except Answer as answer:
            self.answer(client, answer.data)
            raise
        try:
            engine.sendall(head + rest)
        except OSError:
            engine.close()
            raise
        return engine

    def shrink_ensemble(self, request):
        member = re.fullmatch(r"DELETE /ensemble/(\d{1,5}) HTTP/1\.[01]", request)
        if not member:
            return Answer("400 Bad Request", "a member of the ensemble is named by its number")
        try:
            zookeeper.remove(self.own[0], member[1])
        except (OSError, zookeeper.Refusal, struct.error) as error:
            return Answer("503 Service Unavailable", "ZooKeeper: %s" % error)
        return Answer("200 OK", "{}")

    def connect(self, place):
        try:
            return socket.create_connection(place, REACHED_WITHIN)
        except OSError:
            raise Answer("503 Service Unavailable", "what this gateway stands before does not answer; try again")

    def leader(self):
        connection = http.client.HTTPConnection(*self.own, timeout=REACHED_WITHIN)
        try:
            connection.request("GET", "/redirect")
            place = urllib.parse.urlsplit(connection.getresponse().getheader("Location") or "")
            if place.hostname and place.port:
                return place.hostname, place.port
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        raise Answer("503 Service Unavailable", "no Mesos master leads at this moment; try again")

    def answer(self, client, data):
        client.sendall(data)
        # What the client still sends is read: its system would drop the answer otherwise.
        client.settimeout(1)
        try:
            for _ in range(16):
                if not client.recv(65536):
                    break
        except OSError:
            pass


class PlainGateway(MesosGateway):
    """For a bay that was made without TLS: every client is let in."""

    def admit(self, plain, context):
        try:
            plain.settimeout(gateway.HANDSHAKE_WITHIN)
            if self.handshakes.leave(plain) and self.room.acquire(blocking=False):
                try:
                    with self.reach(plain) as engine:
                        gateway.relay(plain, engine)
                finally:
                    self.room.release()
        except (OSError, ValueError):
            pass  # it went away, or it has its answer
        finally:
            self.handshakes.leave(plain)
            plain.close()


if __name__ == "__main__":
    if os.environ.get("MAGNUM_PLAIN") == "true":
        gateway.read_certificates = lambda: None
        PlainGateway().serve()
    MesosGateway().serve()
