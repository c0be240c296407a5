#!/usr/bin/env node
import '../dist/bin/magnum-policy-check.js';
