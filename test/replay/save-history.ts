import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { version } from '../../worker/version.ts';
import { temporalCli } from '../support/environment.ts';

const folder = new URL(`../../../test/replay/histories/${version}/`, import.meta.url);

/** Writes down what a run did, for every later version of the workflow code to replay; without `runId` the latest. */
export const saveHistory = async (
  name: string,
  run: { readonly address: string; readonly workflowId: string; readonly runId?: string },
): Promise<void> => {
  const { address, workflowId, runId } = run;
  const which = ['--workflow-id', workflowId, ...(runId === undefined ? [] : ['--run-id', runId])];
  const show = ['workflow', 'show', ...which, '--output', 'json', '--address', address];
  const { stdout } = await promisify(execFile)(temporalCli(), show, { maxBuffer: 64 * 1024 * 1024 });
  await mkdir(folder, { recursive: true });
  // Where the code lay that failed is nobody's business.
  const history = stdout.replaceAll(/"stackTrace": "(?:[^"\\]|\\.)*"/g, '"stackTrace": ""');
  await writeFile(new URL(`${name}.json`, folder), history);
  process.stdout.write(`${name}\n`);
};
