import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Logger } from 'pino';
import { RedisTracker } from '../../activities/trackers/redis-tracker.ts';
import type { NamedTracker, Tracker } from '../../activities/trackers/tracker.ts';
import { secretBytes } from '../../activities/trackers/webhook-signature.ts';
import { WebhookTracker } from '../../activities/trackers/webhook-tracker.ts';
import { LongshoreError } from '../../model/error.ts';
import type { SecretSource, TrackerConfig } from '../tracker-config.ts';

/** What a user's own tracker is loaded from. */
type TrackerModule = {
  readonly default: (options: unknown, context: { readonly name: string; readonly logger: Logger }) => unknown;
};
type Deps = { readonly now: () => number; readonly logger: Logger };

/** Connects to nothing yet. Throws LongshoreError('bad_tracker') naming the tracker that cannot be made. */
export function openTrackers(trackers: readonly TrackerConfig[], deps: Deps): Promise<readonly NamedTracker[]> {
  return Promise.all(trackers.map(async (config) => ({ name: config.name, tracker: await open(config, deps) })));
}

async function open(config: TrackerConfig, deps: Deps): Promise<Tracker> {
  const { name } = config;
  switch (config.type) {
    case 'redis': {
      const password = config.password === null ? null : await secretOf(name, config.password);
      const { host, port, database, username, tls } = config;
      return new RedisTracker({ host, port, database, username, password, tls });
    }
    case 'webhook': {
      const secret = secretBytes(await secretOf(name, config.secret));
      return new WebhookTracker({ url: config.url, secret, timeoutMs: config.timeoutMs }, deps);
    }
    case 'module':
      return loadTracker(name, config.path, config.options, deps);
  }
}

async function secretOf(tracker: string, source: SecretSource): Promise<string> {
  const [said, secret] =
    source.kind === 'env'
      ? [`the variable ${source.name}`, source.value ?? '']
      : [
          source.path,
          await readFile(source.path, 'utf8').catch((cause: unknown) => unreadable(tracker, source, cause)),
        ];
  if (secret.trim() !== '') return secret.trim();
  throw bad(tracker, `its secret is not in ${said}`);
}

function unreadable(tracker: string, source: Extract<SecretSource, { kind: 'file' }>, cause: unknown): never {
  throw bad(tracker, `its secret in ${source.path} cannot be read`, cause);
}

/** The module's default export is asked for the tracker. It runs in this process, with all that this process may do. */
async function loadTracker(name: string, path: string, options: unknown, { logger }: Deps): Promise<Tracker> {
  try {
    const loaded: unknown = await import(pathToFileURL(path).href);
    if (!isModule(loaded)) throw new Error('its default export is no function');
    const made = await loaded.default(options, { name, logger: logger.child({ tracker: name }) });
    if (isTracker(made)) return made;
    throw new Error('what its default export returns has no deliver() or no close()');
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw bad(name, `${path} gives no tracker: ${because}`, cause);
  }
}

function isModule(loaded: unknown): loaded is TrackerModule {
  return typeof loaded === 'object' && loaded !== null && 'default' in loaded && typeof loaded.default === 'function';
}

function isTracker(made: unknown): made is Tracker {
  if (typeof made !== 'object' || made === null || !('deliver' in made) || !('close' in made)) return false;
  if ('batch' in made && !(Number.isInteger(made.batch) && Number(made.batch) > 0)) return false;
  return typeof made.deliver === 'function' && typeof made.close === 'function';
}

const bad = (tracker: string, what: string, cause?: unknown): LongshoreError =>
  new LongshoreError('bad_tracker', `trackers: ${tracker}: ${what}.`, { cause });
