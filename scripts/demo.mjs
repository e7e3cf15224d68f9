#!/usr/bin/env node
// npm run demo [-- --exit]: a running Longshore with one real job, from nothing but a clone and Node.
import { becomeNode, bootstrap } from './bootstrap.mjs';

await bootstrap();
becomeNode('dist/cli/main.js', ['demo', ...process.argv.slice(2)]);
