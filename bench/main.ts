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

program
  .command('submit')
  .description('POST /queued_jobs with none waiting and with many, in turn')
  .option('--queued <n>', 'how many wait', count, 5_000)
  .option('--runs <n>', 'how many of each', count, 1_000)
  .option('--json', 'end with one line of JSON')
  .action(async (options: { readonly queued: number; readonly runs: number; readonly json?: boolean }) => {
    const { benchSubmit } = await import('./submit.ts');
    await benchSubmit(options.queued, options.runs, options.json === true);
  });

program
  .command('planning')
  .description('one planning round over a long queue and many hosts: the pure core, and as the planner does it')
  .option('--queued <n>', 'how many jobs wait', count, 10_000)
  .option('--hosts <n>', 'how many hosts', count, 100)
  .option('--runs <n>', 'how many rounds of each', count, 100)
  .option('--json', 'end with one line of JSON')
  .action(
    async (options: {
      readonly queued: number;
      readonly hosts: number;
      readonly runs: number;
      readonly json?: boolean;
    }) => {
      const { benchPlanning } = await import('./planning.ts');
      await benchPlanning(options.queued, options.hosts, options.runs, options.json === true);
    },
  );

program
  .command('idle')
  .description('the processor time of Temporal and the server while hosts are there and nothing runs')
  .option('--hosts <n>', 'how many hosts', count, 20)
  .option('--seconds <n>', 'how long it is measured', count, 60)
  .option('--json', 'end with one line of JSON')
  .action(async (options: { readonly hosts: number; readonly seconds: number; readonly json?: boolean }) => {
    const { benchIdle } = await import('./idle.ts');
    await benchIdle(options.hosts, options.seconds, options.json === true);
  });

program
  .command('schedules')
  .description('many schedules that fire in one and the same second, and very many listed')
  .option('--listed <n>', 'how many are listed', count, 1_000)
  .option('--firing <n>', 'how many fire', count, 100)
  .option('--slots <n>', 'how many run at once', count, 8)
  .option('--json', 'end with one line of JSON')
  .action(
    async (options: {
      readonly listed: number;
      readonly firing: number;
      readonly slots: number;
      readonly json?: boolean;
    }) => {
      const { benchSchedules } = await import('./schedules.ts');
      await benchSchedules({ ...options, json: options.json === true });
    },
  );

program
  .command('reads')
  .description("GET /jobs/<id> at a steady rate, and a long log read whole: the server's processor time and memory")
  .option('--rate <n>', 'how many a second', count, 100)
  .option('--seconds <n>', 'how long', count, 20)
  .option('--long-mb <n>', 'how long the long log is, in MB', count, 100)
  .option('--json', 'end with one line of JSON')
  .action(
    async (options: {
      readonly rate: number;
      readonly seconds: number;
      readonly longMb: number;
      readonly json?: boolean;
    }) => {
      const { benchReads } = await import('./reads.ts');
      await benchReads({ ...options, json: options.json === true });
    },
  );

await program.parseAsync();
