#!/usr/bin/env node
import '../dist/bin/magnum-db-manage.js';
