#!/usr/bin/env node
import '../dist/bin/magnum-driver-manage.js';
