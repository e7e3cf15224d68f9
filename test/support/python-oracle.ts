import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { testPython } from './environment.ts';

/** A program of test/oracles that answers questions: a line of JSON in, a line of JSON out, in order. */
export type PythonOracle = {
  readonly ask: (question: unknown) => Promise<unknown>;
  /** Resolves when its process is gone. */
  readonly close: () => Promise<void>;
};

type Waiting = { readonly resolve: (answer: unknown) => void; readonly reject: (because: Error) => void };

/** Starts test/oracles/`script`; many questions may be asked before the first is answered. */
export const startPythonOracle = (script: string, env: Readonly<Record<string, string>> = {}): PythonOracle => {
  const program = fileURLToPath(new URL(`../../../test/oracles/${script}`, import.meta.url));
  const child = spawn(testPython(), ['-u', program], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const waiting: Waiting[] = [];
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const next = waiting.shift();
    if (next === undefined) return;
    try {
      next.resolve(JSON.parse(line));
    } catch (cause) {
      next.reject(new Error(`${script} answered what is no JSON: ${line.slice(0, 200)}`, { cause }));
    }
  });
  // Its end is told by 'close' below; what was written into a dead program is no surprise of its own.
  child.stdin.on('error', () => undefined);
  let gone: Error | null = null;
  const end = (because: Error): void => {
    gone ??= because;
    for (const one of waiting.splice(0)) one.reject(gone);
  };
  child.on('error', end);
  child.on('close', (code) => end(new Error(`${script} ended with ${code}: ${said}`)));
  const endOfTests = (): void => void child.kill('SIGKILL');
  process.once('exit', endOfTests);
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (gone !== null) return reject(gone);
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(question)}\n`);
      }),
    close: async () => {
      process.removeListener('exit', endOfTests);
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
};
