#!/usr/bin/env node
// npm test [-- <part>...]: builds, lints, starts the real servers that the suites need, runs the suites part by part,
// ends what it started. The last line is the sum.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, checkNode, installDependencies, root, run, tool } from './bootstrap.mjs';

/** Seconds a part may take before it is ended and counts as failed. Generous: two slow cores must do. */
const ALLOWED_SECONDS = { lint: 180, build: 300, scheduling: 120, docker: 300, cli: 300, ledger: 600, e2e: 1500 };
const DEFAULT_SECONDS = 600;
/** Not suites: what suites share, and the long runs that are started by name with their own configuration. */
const NOT_PARTS = new Set(['support', 'faults']);

const total = { passed: 0, failed: 0 };
/** Said again at the end, where nobody has to look for them. */
const failures = [];

const budget = (name, startedMs, allowed, passed, failed) => {
  const seconds = (performance.now() - startedMs) / 1000;
  process.stdout.write(`-- ${name}: ${seconds.toFixed(1)} s of ${allowed} s, ${passed} passed, ${failed} failed\n`);
  total.passed += passed;
  total.failed += failed;
};

const check = async (name, steps) => {
  const startedMs = performance.now();
  let failed = 0;
  for (const step of steps) {
    const code = await step();
    if (code !== 0) failed += 1;
  }
  budget(name, startedMs, ALLOWED_SECONDS[name], 0, failed);
  return failed === 0;
};

/** What is compiled and has no source any more would still run. */
const dropStaleTests = () => {
  const compiled = join(root, 'dist', 'test');
  if (!existsSync(compiled)) return;
  for (const file of readdirSync(compiled, { recursive: true })) {
    if (!file.endsWith('.js')) continue;
    if (!existsSync(join(root, 'test', file.replace(/\.js$/, '.ts')))) rmSync(join(compiled, file));
  }
};

const holdsTests = (folder) => readdirSync(folder, { recursive: true }).some((file) => file.endsWith('.test.js'));

const partsOf = (asked) => {
  const compiled = join(root, 'dist', 'test');
  const all = readdirSync(compiled, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_PARTS.has(entry.name) && holdsTests(join(compiled, entry.name)))
    .map((entry) => entry.name)
    .sort();
  const unknown = asked.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(', ')}; there are ${all.join(', ')}`);
  return asked.length === 0 ? all : asked;
};

const countsOf = (report, exitCode) => {
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  // A file that fails to load has no tests to count.
  const broken = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed'),
  ).length;
  for (const { name: file, message, assertionResults } of testResults) {
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status === 'failed') failures.push(`${file}: ${fullName}\n${failureMessages.join('\n')}`);
    }
    if (message) failures.push(`${file}: ${message}`);
  }
  const skipped = numPendingTests + numTodoTests;
  if (skipped > 0)
    process.stdout.write(`${skipped} tests were skipped${process.env.CI === 'true' ? ': not allowed here' : ''}\n`);
  const failed = numFailedTests + broken + (process.env.CI === 'true' ? skipped : 0);
  return { passed: numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
};

const runPart = async (name, env, directory) => {
  const startedMs = performance.now();
  const allowed = ALLOWED_SECONDS[name] ?? DEFAULT_SECONDS;
  const report = join(directory, `${name}.json`);
  const exitCode = await run(
    tool('vitest'),
    ['run', `dist/test/${name}/`, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { env, timeoutMs: allowed * 1000 },
  );
  const { passed, failed } = countsOf(report, exitCode);
  budget(name, startedMs, allowed, passed, failed);
};

const main = async () => {
  checkNode();
  await installDependencies();
  const asked = process.argv.slice(2);
  const built = await check('build', [build]);
  if (asked.length === 0) {
    await check('lint', [
      () => run(tool('oxlint'), ['--type-aware']),
      () => run(tool('prettier'), ['--check', '--log-level', 'warn', '.']),
      () => run(tool('knip'), ['--no-progress']),
    ]);
  }
  if (!built) return;
  dropStaleTests();
  const directory = mkdtempSync(join(tmpdir(), `longshore-test-${process.pid}-`));
  const undo = [async () => rmSync(directory, { recursive: true, force: true })];
  const end = async () => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end().finally(() => process.exit(130)));
  try {
    const parts = partsOf(asked);
    const { prepareEnvironment } = await import('../dist/test/support/prepare-environment.js');
    const env = await prepareEnvironment({ env: process.env, directory, undo });
    for (const part of parts) await runPart(part, env, directory);
  } catch (error) {
    total.failed += 1;
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  } finally {
    await end();
  }
};

await main();
for (const failure of failures) process.stdout.write(`failed: ${failure.slice(0, 4_000)}\n`);
process.stdout.write(`Tests: ${total.passed} passed, ${total.failed} failed\n`);
process.exit(total.failed === 0 ? 0 : 1);
