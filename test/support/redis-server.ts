import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { freePort } from '../../cli/up/free-port.ts';
import { eventually, startChild, type Child } from './child.ts';
import { redisProgram } from './environment.ts';

/** A real Redis of its own: a temporary directory, a free port on loopback, ended by its process id. */
export type RedisServer = {
  readonly port: number;
  readonly password: string;
  /** What every key holds; the members of a set and of a sorted set in their order. */
  readonly contents: () => Promise<Readonly<Record<string, unknown>>>;
  /** Sends one command, as redis-cli would. */
  readonly command: (...words: readonly string[]) => Promise<unknown>;
  /** SIGKILL. What it acknowledged is on its disk. */
  readonly kill: () => Promise<void>;
  /** On the same port and data. */
  readonly start: () => Promise<void>;
  /** It keeps its connections and takes new ones, and answers nobody. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Ends it and removes its data. */
  readonly stop: () => Promise<void>;
};

/** A crash of the process loses nothing that way, only one of the machine would. */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'no', '--save', ''];

export const startRedisServer = async (password = ''): Promise<RedisServer> => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-redis-'));
  const port = await freePort('127.0.0.1');
  const asked = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory, '--requirepass', password];

  // One connection for many questions; a new one after a failure.
  let open: ReturnType<typeof newClient> | null = null;
  const once = async <T>(use: (client: ReturnType<typeof newClient>) => Promise<T>): Promise<T> => {
    const client = (open ??= newClient());
    try {
      if (!client.isOpen) await client.connect();
      return await use(client);
    } catch (error) {
      drop();
      throw error;
    }
  };
  const drop = (): void => {
    if (open?.isOpen === true) open.destroy();
    open = null;
  };
  const newClient = () => {
    const socket = { host: '127.0.0.1', port, reconnectStrategy: false } as const;
    const client = createClient({ socket, RESP: 2, ...(password === '' ? {} : { password }) });
    client.on('error', () => undefined);
    return client;
  };
  const launch = async (): Promise<Child> => {
    const started = await startChild(redisProgram(), [...asked, ...DURABLE]);
    const answers = (): Promise<true | null> =>
      once((client) => client.ping()).then(
        () => true,
        () => null,
      );
    await eventually('Redis answers', answers, { explain: started.output });
    return started;
  };
  let child = await launch();
  return {
    port,
    password,
    contents: () =>
      once(async (client) => {
        const read = async (key: string): Promise<unknown> => {
          const type = await client.type(key);
          if (type === 'set') return (await client.sMembers(key)).sort();
          return type === 'zset' ? client.zRangeWithScores(key, 0, -1) : client.get(key);
        };
        const keys = (await client.keys('*')).sort();
        const held = new Map(await Promise.all(keys.map(async (key) => [key, await read(key)] as const)));
        return Object.fromEntries<unknown>(held);
      }),
    command: (...words) => once((client) => client.sendCommand(words)),
    kill: () => {
      drop();
      return child.kill();
    },
    start: async () => {
      child = await launch();
    },
    freeze: () => void process.kill(child.pid, 'SIGSTOP'),
    thaw: () => void process.kill(child.pid, 'SIGCONT'),
    stop: async () => {
      drop();
      await child.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
