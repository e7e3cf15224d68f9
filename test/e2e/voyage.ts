import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobRecord } from '../../model/job-record.ts';
import { bundleOf } from '../support/bundle.ts';
import { eventually } from '../support/child.ts';
import { testEngine } from '../support/engine.ts';
import { shellJob, type PartsStack } from '../support/stack.ts';

/** What is needed of a stack to submit jobs to it and to watch them. */
export type Voyager = Pick<PartsStack, 'apiUrl' | 'client' | 'workDir' | 'resultsRoot'>;

let last = 0;
/** Ids of one test run never meet: the engine is shared with the other suites. */
export const newId = (name: string): string => `${name}-${process.pid}-${(last += 1)}`;

/** A script's first line: leaves one mark per container that ever ran it, outside of the container. */
export const witness = (stack: Pick<Voyager, 'resultsRoot'>, id: string): string =>
  `mkdir -p ${stack.resultsRoot}/witness; echo "$HOSTNAME" >> ${stack.resultsRoot}/witness/${id}\n`;

export const witnessed = async (stack: Pick<Voyager, 'resultsRoot'>, id: string): Promise<readonly string[]> =>
  (await readFile(join(stack.resultsRoot, 'witness', id), 'utf8')).trim().split('\n');

export async function submitScript(
  stack: Voyager,
  id: string,
  script: string,
  over: Record<string, unknown> = {},
): Promise<void> {
  await stack.client.upload(id, await bundleOf(id, { 'main.sh': script }));
  await stack.client.submit(shellJob(stack, id, over));
}

export async function logOf(stack: Voyager, id: string): Promise<string> {
  let text = '';
  await stack.client.followLogs(id, (more) => (text += more));
  return text;
}

export const recordOf = async (stack: Voyager, id: string): Promise<JobRecord> => {
  const answer = await fetch(`${stack.apiUrl}/api/v1/jobs/${id}`);
  return (await answer.json()) as JobRecord;
};

export const reachesState = (stack: Voyager, id: string, state: JobRecord['state']): Promise<JobRecord> =>
  eventually(`${id} is ${state}`, async () => {
    const record = await recordOf(stack, id);
    return record.state === state ? record : null;
  });

/** Containers of ours on the engine that this stack's host made, running or not. */
export const containersOf = async (stack: PartsStack): Promise<readonly string[]> => {
  const found = await testEngine().listContainers({
    all: true,
    filters: { label: [`io.longshore.host=${stack.hostName}`] },
  });
  return found.map((container) => `${container.Names.join()} ${container.State}`);
};

/** Rows of the planner's own view: what is held shows as jobs that cannot start. Nothing held = a job starts at once. */
export const startsAtOnce = async (stack: Voyager): Promise<void> => {
  const id = newId('probe');
  await submitScript(stack, id, 'true');
  await stack.client.ended(id);
};

/** A script's line that waits for `openGate`: on a slow machine too, the job ends neither too early nor too late. */
export const untilOpened = (stack: Pick<Voyager, 'resultsRoot'>, gate: string): string =>
  `while [ ! -e ${stack.resultsRoot}/gates/${gate} ]; do sleep 0.5; done\n`;

export const openGate = async (stack: Pick<Voyager, 'resultsRoot'>, gate: string): Promise<void> => {
  await mkdir(join(stack.resultsRoot, 'gates'), { recursive: true });
  await writeFile(join(stack.resultsRoot, 'gates', gate), '');
};

export const slowCount = (seconds: number): string =>
  `i=0; while [ $i -lt ${seconds * 5} ]; do echo line $i; i=$((i+1)); sleep 0.2; done\n`;

export const countedLines = (seconds: number): string =>
  Array.from({ length: seconds * 5 }, (_, i) => `line ${i}\n`).join('');
