#!/usr/bin/env node
import '../dist/bin/magnum-conductor.js';
