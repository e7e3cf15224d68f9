import type { Config } from '../../worker/config.ts';
import { jobWorkflowId } from '../../model/names.ts';
import { terminalConsole } from '../provision/console.ts';
import { openEngine } from '../provision/engine-access.ts';
import { leaveEngine } from '../provision/leave-engine.ts';
import { aborted, endSignal } from '../signals.ts';
import { createPartLog, type PartLog } from '../up/part-log.ts';
import { TEMPORAL_NAMESPACE } from '../up/temporal-flags.ts';
import { startUp, type RunningLongshore } from '../up/up.ts';
import { demoBundle } from './demo-bundle.ts';
import { createDemoClient } from './demo-client.ts';
import { demoImage } from './demo-image.ts';
import { checkFits, fitFurnaces, furnaceCsv, furnaceRows } from './furnace-data.ts';

type Say = (line: string) => void;

const newJobId = (now: Date): string =>
  `demo-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`;

/** Exactly what the Foundations SDK sends. */
const submission = (jobId: string, image: string, { host }: Config) => ({
  job_id: jobId,
  spec: {
    image,
    command: ['sh', 'main.sh'],
    environment: { FOUNDATIONS_JOB_ID: jobId, JOB_ID: jobId, ARCHIVE_DIR: host.archiveDir },
    volumes: {
      [`${host.workDir}/${jobId}`]: { bind: '/job', mode: 'rw' },
      [host.resultsRoot]: { bind: host.resultsRoot, mode: 'rw' },
    },
    working_dir: '/job',
  },
  metadata: { project_name: 'demo', username: 'demo' },
});

/** Runs the job and says whether it succeeded with the right answer. */
const runJob = async (running: RunningLongshore, config: Config, say: Say, end: AbortSignal): Promise<boolean> => {
  const image = await demoImage(openEngine(running.dockerSocket), { ...terminalConsole, say });
  const rows = furnaceRows();
  const jobId = newJobId(new Date());
  const client = createDemoClient(running.apiUrl, end);
  say(`Submitting ${jobId}: a least-squares fit of ${rows.length} rows in ${image}.`);
  await client.upload(jobId, await demoBundle(jobId, furnaceCsv(rows)));
  await client.submit(submission(jobId, image, config));
  await client.followLogs(jobId, (text) => void process.stdout.write(text));
  const record = await client.ended(jobId);
  const { exit } = record;
  const status = exit === null ? 'no exit status' : `exit status ${exit.exitCode}`;
  const seconds = exit === null ? 0 : (exit.finishedAtMs - exit.startedAtMs) / 1000;
  say(`${jobId} ${record.state} with ${status} after ${seconds.toFixed(1)} s. ${record.sentence}`);
  if (record.state !== 'succeeded') return false;
  const csv = await client.artifact(jobId, 'fit.csv');
  say(`Its artifact fit.csv (GET ${running.apiUrl}/job_bundle/${jobId}):`);
  process.stdout.write(csv);
  const wrong = checkFits(csv, fitFurnaces(rows));
  say(
    wrong === null
      ? 'The fit is right: it was computed a second time here, and agrees.'
      : `The fit is wrong: ${wrong}.`,
  );
  say(`Api: ${running.apiUrl}/api/v1/jobs/${jobId}`);
  if (running.temporalUiUrl !== null) {
    const workflow = encodeURIComponent(jobWorkflowId(jobId));
    say(`Temporal Web UI: ${running.temporalUiUrl}/namespaces/${TEMPORAL_NAMESPACE}/workflows/${workflow}`);
  }
  return wrong === null;
};

/**
 * `longshore demo`: a whole Longshore and one real job in it. Stays up until Ctrl-C, or, with `exitAfterJob`, ends with
 * the job. Resolves with the exit code: 0 only when the job succeeded and its artifact is right.
 */
export const runDemo = async (config: Config, configFile: string | null, exitAfterJob: boolean): Promise<number> => {
  const end = endSignal();
  const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const everything = createPartLog((text) => void process.stdout.write(text), colour);
  // A line per request is no news in a demo; what goes wrong is.
  const log: PartLog = {
    say: (speaker, line) => {
      if (config.logLevel === 'debug' || !line.startsWith('INFO ')) everything.say(speaker, line);
    },
  };
  const say: Say = (line) => log.say('longshore', line);
  const console = { ...terminalConsole, say };
  try {
    const running = await startUp({ config, configFile, env: process.env, anyPorts: true }, console, { log }, end);
    try {
      const right = await runJob(running, config, say, end);
      if (!exitAfterJob) {
        say('Longshore stays up; Ctrl-C ends it.');
        await aborted(end);
      }
      return right ? 0 : 1;
    } finally {
      await running.stop();
      await leaveEngine(config.dataDir, running.dockerSocket, say);
    }
  } catch (error) {
    if (!end.aborted) throw error;
    return 130;
  }
};
