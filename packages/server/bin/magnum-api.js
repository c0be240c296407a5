#!/usr/bin/env node
import '../dist/bin/magnum-api.js';
