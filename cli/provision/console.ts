import { createInterface } from 'node:readline/promises';

/** Where set-up work talks to the person: lines, and a question when there is somebody to answer it. */
export interface Console {
  say(line: string): void;
  /** Yes without asking where there is no terminal: a script that starts Longshore has nobody to answer. */
  consent(question: string): Promise<boolean>;
}

export const terminalConsole: Console = {
  say: (line) => void process.stderr.write(`${line}\n`),
  consent: async (question) => {
    if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
    } catch (error) {
      // Ctrl-C is a no.
      if (error instanceof Error && error.name === 'AbortError') return false;
      throw error;
    } finally {
      terminal.close();
    }
  },
};
