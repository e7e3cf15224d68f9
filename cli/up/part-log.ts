import type { Readable } from 'node:stream';
import { readableLines } from './readable-line.ts';

export type PartName = 'temporal' | 'server' | 'host';
export type Speaker = PartName | 'longshore';

/** What `up` writes to: whole lines, each under the name of the part that said it. */
export interface PartLog {
  say(speaker: Speaker, line: string): void;
}

const WIDTH = 'longshore'.length;
const COLOURS: Readonly<Record<Speaker, number>> = { temporal: 35, server: 36, host: 33, longshore: 32 };

/** `colour` only for a terminal: a log file is searched, not looked at. */
export const createPartLog = (write: (text: string) => void, colour: boolean): PartLog => ({
  say: (speaker, line) => {
    const prefix = `${speaker.padEnd(WIDTH)} |`;
    write(`${colour ? `\u001b[${COLOURS[speaker]}m${prefix}\u001b[0m` : prefix} ${line}\n`);
  },
});

/** Says each line of a child's output. A line is held until it is whole, and said as it is when the output ends. */
export const followOutput = (output: Readable, say: (line: string) => void): void => {
  let rest = '';
  output.setEncoding('utf8');
  output.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    lines
      .filter((line) => line.trim() !== '')
      .flatMap(readableLines)
      .forEach(say);
  });
  output.on('end', () => {
    if (rest.trim() !== '') readableLines(rest).forEach(say);
  });
};
