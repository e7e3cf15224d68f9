// From a fresh clone to something that runs: Node's version, dependencies, build. Plain JavaScript without
// dependencies, because none are there yet.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 11];
const SOURCES = ['model', 'scheduling', 'ledger', 'activities', 'workflows', 'worker', 'api', 'cli', 'test', 'bench'];
const STAMP = join(root, 'dist', '.built');

/** Runs a program in the checkout, its output passed through unless `quiet`; resolves with its exit code. */
export const run = (command, args, { env = {}, timeoutMs = 0, quiet = false } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: quiet ? 'ignore' : 'inherit',
      env: { ...process.env, ...env },
    });
    const timer = timeoutMs === 0 ? null : setTimeout(() => child.kill('SIGTERM'), timeoutMs);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code ?? 1);
    });
  });

/** A program of node_modules/.bin. */
export const tool = (name) => join(root, 'node_modules', '.bin', name);

const mtimeMs = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

const newestSourceMs = () => {
  let newest = Math.max(
    ...['package.json', 'package-lock.json', 'tsconfig.base.json'].map((f) => mtimeMs(join(root, f))),
  );
  for (const folder of SOURCES.filter((name) => existsSync(join(root, name)))) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      // A folder's own time changes when a file in it comes or goes.
      newest = Math.max(newest, mtimeMs(path));
    }
  }
  return newest;
};

const fail = (message) => {
  process.stderr.write(`${message}\n`);
  process.exit(1);
};

export const checkNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    fail(
      `Longshore needs Node ${OLDEST_NODE.join('.')} or later; this is ${process.versions.node} (https://nodejs.org).`,
    );
  }
};

const QUIET = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];

/**
 * `npm ci` where node_modules is missing or older than package-lock.json. `npm ci` refuses a lock file that lacks the
 * binaries of platforms which the registry did not have when the lock was made; `npm install --no-save` takes the same
 * locked versions and leaves the file alone.
 */
export const installDependencies = async () => {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (mtimeMs(installed) >= mtimeMs(join(root, 'package-lock.json'))) return;
  process.stderr.write('Installing dependencies (npm ci).\n');
  if ((await run('npm', ['ci', ...QUIET], { quiet: true })) !== 0) {
    process.stderr.write('npm ci refused; installing the locked versions with npm install --no-save.\n');
    const code = await run('npm', ['install', '--no-save', ...QUIET]);
    if (code !== 0) fail(`npm install ended with ${code}; its last lines above say why.`);
  }
  const now = new Date();
  utimesSync(installed, now, now);
};

/** Builds, and remembers from which sources; resolves with the exit code. */
export const build = async () => {
  const startedMs = Date.now();
  const code = await run('npm', ['run', '--silent', 'build']);
  if (code === 0) {
    writeFileSync(STAMP, '');
    utimesSync(STAMP, new Date(startedMs), new Date(startedMs));
  }
  return code;
};

/** What `npm run demo` and `npm run bench` begin with. Ends the process with words when it cannot be done. */
export const bootstrap = async () => {
  checkNode();
  await installDependencies();
  if (mtimeMs(STAMP) >= newestSourceMs()) return;
  process.stderr.write('Building.\n');
  const code = await build();
  if (code !== 0) fail(`the build ended with ${code}; its last lines above say why.`);
};

/** Becomes `node <script> <args>`: signals reach it through the terminal's process group or are passed on. */
export const becomeNode = (script, args) => {
  const child = spawn(process.execPath, [join(root, script), ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
};
