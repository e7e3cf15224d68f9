#!/usr/bin/env node
// npm run bench: the benchmarks, each against real servers that it starts itself.
import { becomeNode, bootstrap } from './bootstrap.mjs';

await bootstrap();
becomeNode('dist/bench/main.js', process.argv.slice(2));
