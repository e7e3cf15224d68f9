import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lives } from '../../worker/process-identity.ts';
import { nextWaitMs } from '../../cli/up/backoff.ts';
import { openChildrenFile, type ChildrenFile } from '../../cli/up/children-file.ts';
import { createPartLog } from '../../cli/up/part-log.ts';
import { supervisePart, type Part, type SupervisedPart } from '../../cli/up/supervised-part.ts';
import { eventually } from '../support/child.ts';

let directory: string;
let children: ChildrenFile;
let said: string;
const parts: SupervisedPart[] = [];
const log = createPartLog((text) => (said += text), false);
const never = new AbortController().signal;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'longshore-part-'));
  children = openChildrenFile(join(directory, 'children.json'));
  said = '';
});
afterEach(async () => {
  await Promise.all(parts.splice(0).map((part) => part.stop()));
  rmSync(directory, { recursive: true, force: true });
});

const aPart = (script: string, over: Partial<Part> = {}): Part => ({
  name: 'server',
  command: process.execPath,
  args: ['-e', script],
  env: process.env,
  ready: 'announced',
  mutedStop: false,
  ...over,
});
const supervise = (part: Part): SupervisedPart => {
  const supervised = supervisePart(part, { log, children });
  parts.push(supervised);
  return supervised;
};
const STEADY = "console.log('here ' + process.pid); process.send('ready'); setInterval(() => {}, 1000)";

describe('a supervised part', () => {
  it('is started again within half a second of being killed', async () => {
    const part = supervise(aPart(STEADY));
    await part.ready(never);
    const [first] = children.read();
    expect(first).toBeDefined();
    const killedMs = performance.now();
    process.kill(first?.pid ?? 0, 'SIGKILL');
    const second = await eventually('a second life', () => {
      const [now] = children.read();
      return now !== undefined && now.pid !== first?.pid ? now : null;
    });
    expect(performance.now() - killedMs).toBeLessThan(1_000);
    await eventually('it says so', () => (said.includes(`here ${second.pid}`) ? true : null));
    expect(said).toContain('server ended (SIGKILL); starting it again in 0.25 s');
  });

  it('says its lines whole and under its name', async () => {
    const halves = "process.stdout.write('one li'); setTimeout(() => process.stdout.write('ne\\n'), 50)";
    const structured = JSON.stringify({ level: 40, msg: 'careful', job: 'j1' });
    const later = `setTimeout(() => console.log(${JSON.stringify(structured)}), 100); setInterval(() => {}, 1000)`;
    const part = supervise(aPart(`process.send('ready'); ${halves}; ${later}`));
    await part.ready(never);
    await eventually('both lines', () => (said.includes('job=j1') ? true : null));
    expect(said).toMatch(/^server {4}\| one line$/m);
    expect(said).toMatch(/^server {4}\| WARN careful job=j1$/m);
  });

  it('that keeps ending before it serves is given up with words', async () => {
    const part = supervise(aPart("console.error('no such file'); process.exit(3)"));
    await expect(part.ready(never)).rejects.toThrow(/server ended 4 times before it served/);
    expect(said).toContain('server    | no such file');
  });

  it('that cannot be started at all is given up with the reason', async () => {
    const part = supervise(aPart('', { command: join(directory, 'missing') }));
    await expect(part.ready(never)).rejects.toThrow(/server ended 4 times/);
    expect(said).toMatch(/server ended \(spawn .*missing ENOENT\)/);
  });

  it('stays ended once it is stopped', async () => {
    const part = supervise(aPart(STEADY));
    await part.ready(never);
    const [child] = children.read();
    await part.stop();
    if (child === undefined) throw new Error('no child was recorded');
    expect(await lives(child)).toBe(false);
    expect(said).not.toContain('starting it again');
  });
});

describe('the wait before the next life', () => {
  it('starts at a quarter of a second, doubles to five, and starts over after a healthy life', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6].reduce<number[]>((sofar) => [...sofar, nextWaitMs(sofar.at(-1) ?? 0, 100)], []);
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(nextWaitMs(5_000, 30_000)).toBe(250);
  });
});
