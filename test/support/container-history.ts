import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import { z } from 'zod';

/** One life of a container, in the engine's own words. Times are epoch milliseconds; null: it still runs. */
export type ContainerLife = {
  readonly containerId: string;
  readonly jobId: string;
  readonly gpuIds: readonly string[];
  readonly startedAtMs: number;
  diedAtMs: number | null;
};

const eventSchema = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
  timeNano: z.number(),
});

/** Every container of the host that the engine starts from now on. What the engine itself reports, not what we believe. */
export const watchContainers = async (
  engine: Docker,
  hostName: string,
): Promise<{ readonly lives: () => readonly ContainerLife[]; readonly stop: () => void }> => {
  const lives: ContainerLife[] = [];
  const over = new AbortController();
  const events = await engine.getEvents({
    abortSignal: over.signal,
    filters: { type: ['container'], event: ['start', 'die'], label: [`io.longshore.host=${hostName}`] },
  });
  // An engine that is killed ends its stream; what it said before counts.
  events.on('error', () => undefined);
  createInterface({ input: events.pipe(new PassThrough()) }).on('line', (line) => {
    const { Action, Actor, timeNano } = eventSchema.parse(JSON.parse(line));
    const atMs = timeNano / 1e6;
    if (Action === 'start') {
      lives.push({
        containerId: Actor.ID,
        jobId: Actor.Attributes['io.longshore.job'] ?? '',
        gpuIds: (Actor.Attributes['io.longshore.gpus'] ?? '').split(',').filter((id) => id !== ''),
        startedAtMs: atMs,
        diedAtMs: null,
      });
    }
    const live = lives.find(({ containerId, diedAtMs }) => containerId === Actor.ID && diedAtMs === null);
    if (Action === 'die' && live !== undefined) live.diedAtMs = atMs;
  });
  return {
    lives: () => lives,
    stop: () => over.abort(),
  };
};
