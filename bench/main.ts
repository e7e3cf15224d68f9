#!/usr/bin/env node
import { Command } from 'commander';

const program = new Command('bench').description(
  'Benchmarks against real servers, each started for the run and ended with it.',
);

const count = (text: string): number => {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new Error(`a count is a whole number from 1, not "${text}"`);
};

program
  .command('latency')
  .description('one warm job, submit to done, against the same container made by hand through the Engine API')
  .option('--runs <n>', 'how many of each, interleaved', count, 30)
  .option('--json', 'end with one line of JSON')
  .action(async (options: { readonly runs: number; readonly json?: boolean }) => {
    const { benchLatency } = await import('./latency.ts');
    await benchLatency(options.runs, options.json === true);
  });

program
  .command('throughput')
  .description('many short jobs against as many of the same containers made by hand at the same concurrency')
  .option('--jobs <n>', 'how many of each', count, 100)
  .option('--slots <n>', 'how many at once', count, 8)
  .option('--json', 'end with one line of JSON')
  .action(async (options: { readonly jobs: number; readonly slots: number; readonly json?: boolean }) => {
    const { benchThroughput } = await import('./throughput.ts');
    await benchThroughput(options.jobs, options.slots, options.json === true);
  });

program
  .command('queue')
  .description('submit, page, position, move and delete over HTTP with 0 to 50,000 jobs waiting')
  .option('--runs <n>', 'how many of each', count, 300)
  .option('--json', 'end with one line of JSON')
  .action(async (options: { readonly runs: number; readonly json?: boolean }) => {
    const { benchQueue } = await import('./queue.ts');
    await benchQueue(options.runs, options.json === true);
  });

await program.parseAsync();
