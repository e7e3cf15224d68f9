import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that a test started: everything it said, and an end that always comes. */
export type Child = {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly output: () => string;
  /** SIGTERM and, after ten seconds, SIGKILL. Resolves when it is gone; again = done. */
  readonly stop: () => Promise<void>;
  readonly kill: () => Promise<void>;
  /** Resolves with its exit code, -1 when a signal ended it. */
  readonly ended: () => Promise<number>;
};

const alive = new Set<Child>();
// The last safety net: a test process that dies takes what it started with it.
process.on('exit', () => alive.forEach((child) => child.process.kill('SIGKILL')));

export const startChild = async (
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  within: { readonly cwd?: string; readonly uid?: number; readonly gid?: number } = {},
): Promise<Child> => {
  const child = spawn(command, [...args], {
    ...within,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const end = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
  await once(child, 'spawn');
  const finish = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await end;
    clearTimeout(timer);
  };
  const started: Child = {
    process: child,
    pid: child.pid ?? 0,
    output: () => said,
    stop: () => finish('SIGTERM'),
    kill: () => finish('SIGKILL'),
    ended: () => end,
  };
  alive.add(started);
  void end.then(() => alive.delete(started));
  return started;
};

/** Asks until the answer is not null; throws with `what` and, if given, what the process said. */
export const eventually = async <T>(
  what: string,
  ask: () => Promise<T | null> | T | null,
  options: { readonly withinMs?: number; readonly everyMs?: number; readonly explain?: () => string } = {},
): Promise<T> => {
  const { withinMs = 30_000, everyMs = 100, explain = () => '' } = options;
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > deadlineMs) throw new Error(`${what}: not within ${withinMs} ms\n${explain()}`);
    await sleep(everyMs);
  }
};
