/**
 * A program of Python that an agent runs with the scripts that it has: it tries to write to the ZooKeeper of that master, and to change its members. It prints
 * what it has done, or how it was refused, a line for each attempt.
 */
export function writesToZookeeper(address: string): string {
  return `import sys; sys.path.insert(0, "/opt/magnum"); import zookeeper, struct
client = zookeeper.Client("${address}")
acl = struct.pack(">i", 1) + struct.pack(">i", 31) + zookeeper.text("world") + zookeeper.text("anyone")
for path in ("/evil", "/mesos/evil"):
    try:
        client.call(1, zookeeper.text(path) + zookeeper.text("x") + acl + struct.pack(">i", 0)); print("made", path)
    except zookeeper.Refusal as error: print(error)
try:
    client.reconfigure(None, "1"); print("reconfigured")
except zookeeper.Refusal as error: print(error)`;
}
