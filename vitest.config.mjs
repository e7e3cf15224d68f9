import { defineConfig } from 'vitest/config';

// The tests run as compiled: exactly the JavaScript that ships, worker threads and workflow bundle included.
export default defineConfig({
  test: {
    include: ['dist/test/**/*.test.js'],
    exclude: ['dist/test/faults/**', 'node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
