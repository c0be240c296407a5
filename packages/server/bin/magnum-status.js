#!/usr/bin/env node
import '../dist/bin/magnum-status.js';
