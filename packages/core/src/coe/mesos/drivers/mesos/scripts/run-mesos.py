#!/usr/bin/env python3
# run-mesos.py PROGRAM: runs mesos-master or mesos-agent. Their flags are data, in a file; those that an image has for its own kind of
# machine come first, and the bay's own ones count. No shell, and no unit of systemd, has to quote a value.
import json, os, shutil, sys

name = sys.argv[1]
flags = {}
for path in ("/usr/share/magnum/%s.json" % name, "/etc/magnum/mesos/%s.json" % name):
    try:
        with open(path) as file:
            flags.update(json.load(file))
    except FileNotFoundError:
        pass
program = shutil.which(name)
os.execv(program, [program] + ["--%s=%s" % (flag, value) for flag, value in sorted(flags.items())])
