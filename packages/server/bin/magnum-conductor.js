#!/usr/bin/env -S node --max-semi-space-size=8
// V8 lets its youngest objects fill 48 MiB before it looks for live ones. A half is as fast here, and leaves the host more room.
import '../dist/bin/magnum-conductor.js';
