#!/usr/bin/env python3
# zookeeper.py COMMAND: speaks to ZooKeeper in its own protocol, so that a node needs no client of it, and no password stands on a
# command line. Passwords are read from the file that the variable SUPER names.
#   members HOST...           the voting members, one in a line: id and address; asks one host after the other
#   join HOST ID ADDRESS      makes the server with that id a voting member
#   remove HOST DIGITS        takes the member out whose number has these 16 lower bits
#   close HOST USER           lets only that user, whose password is the second line of the file, make nodes; all may read
import base64, hashlib, os, socket, struct, sys

PORT = int(os.environ.get("ZOOKEEPER_PORT", "2181"))
WITHIN = 10
AUTH, GET_DATA, SET_ACL, RECONFIG = 100, 4, 7, 16
ALL_RIGHTS, READ = 31, 1


class Refusal(Exception):
    pass


def text(value):
    data = value.encode()
    return struct.pack(">i", len(data)) + data


def nothing():
    return struct.pack(">i", -1)


class Client:
    def __init__(self, host):
        self.socket = socket.create_connection((host, PORT), WITHIN)
        self.xid = 0
        # Protocol, last seen transaction, session timeout, session, its password, not for reading alone.
        self.send(struct.pack(">iqiq", 0, 0, 6000, 0) + struct.pack(">i", 16) + bytes(16) + b"\0")
        self.receive()

    def send(self, data):
        self.socket.sendall(struct.pack(">i", len(data)) + data)

    def read(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise Refusal("the server closed the connection")
            data += part
        return data

    def receive(self):
        (length,) = struct.unpack(">i", self.read(4))
        return self.read(length)

    def call(self, kind, body, xid=None):
        if xid is None:
            self.xid += 1
            xid = self.xid
        self.send(struct.pack(">ii", xid, kind) + body)
        while True:
            answer = self.receive()
            got, _, code = struct.unpack(">iqi", answer[:16])
            if got == xid:
                break
        if code != 0:
            raise Refusal("ZooKeeper answers with the error %d" % code)
        return answer[16:]

    def log_in(self, user, password):
        self.call(AUTH, struct.pack(">i", 0) + text("digest") + text("%s:%s" % (user, password)), -4)

    def members(self):
        data = self.call(GET_DATA, text("/zookeeper/config") + b"\0")
        (length,) = struct.unpack(">i", data[:4])
        for line in data[4:4 + length].decode().splitlines():
            name, _, rest = line.partition("=")
            if name.startswith("server.") and "participant" in rest:
                yield name[len("server."):], rest.split(":")[0]

    def reconfigure(self, joining, leaving):
        body = (text(joining) if joining else nothing()) + (text(leaving) if leaving else nothing()) + nothing()
        self.call(RECONFIG, body + struct.pack(">q", -1))

    def close_root(self, user, password):
        digest = base64.b64encode(hashlib.sha1(("%s:%s" % (user, password)).encode()).digest()).decode()
        rules = [(READ, "world", "anyone"), (ALL_RIGHTS, "digest", "%s:%s" % (user, digest))]
        body = b"".join(struct.pack(">i", rights) + text(scheme) + text(name) for rights, scheme, name in rules)
        self.call(SET_ACL, text("/") + struct.pack(">i", len(rules)) + body + struct.pack(">i", -1))


def any_of(hosts):
    reason = "no address is known"
    for host in hosts:
        try:
            return list(Client(host).members())
        except (OSError, Refusal, struct.error) as error:
            reason = "%s: %s" % (host, error)
    raise Refusal(reason)


def administrator(host):
    """A connection with all rights, and the password of the masters' own user."""
    with open(os.environ["SUPER"]) as file:
        super_password, user_password = file.read().split()
    client = Client(host)
    client.log_in("super", super_password)
    return client, user_password


def remove(host, digits):
    """Takes the member out that has these 16 lower bits; one that is none is fine."""
    client, _ = administrator(host)
    for member, _ in client.members():
        if int(member) & 0xFFFF == int(digits):
            client.reconfigure(None, member)
            return


def main(command, *words):
    if command == "members":
        return [print(*member) for member in any_of(words)]
    if command == "remove":
        return remove(*words)
    client, user_password = administrator(words[0])
    if command == "join":
        client.reconfigure("server.%s=%s:2888:3888:participant;%s:%d" % (words[1], words[2], words[2], PORT), None)
    elif command == "close":
        client.close_root(words[1], user_password)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, Refusal, struct.error) as error:
        sys.exit("ZooKeeper: %s" % error)
