import type { Config } from '../../worker/config.ts';
import { aborted, endSignal } from '../signals.ts';
import { terminalConsole } from '../provision/console.ts';
import { createPartLog } from './part-log.ts';
import { startUp } from './up.ts';

/** `longshore up`: runs until it is told to stop. */
export const runUp = async (config: Config, configFile: string | null): Promise<void> => {
  const end = endSignal();
  const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const log = createPartLog((text) => void process.stdout.write(text), colour);
  const console = { ...terminalConsole, say: (line: string) => log.say('longshore', line) };
  try {
    const running = await startUp({ config, configFile, env: process.env, anyPorts: false }, console, { log }, end);
    log.say('longshore', `ready. api ${running.apiUrl}`);
    if (running.temporalUiUrl !== null) log.say('longshore', `ready. Temporal Web UI ${running.temporalUiUrl}`);
    log.say(
      'longshore',
      `state in ${config.dataDir}, Docker engine ${running.dockerSocket}; Ctrl-C stops, containers go on`,
    );
    await aborted(end);
    log.say('longshore', 'stopping; containers go on');
    await running.stop();
  } catch (error) {
    if (!end.aborted) throw error;
  }
};
