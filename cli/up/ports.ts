import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { LongshoreError } from '../../model/error.ts';
import { freePort, portIsFree } from './free-port.ts';

/** The ports that `up` listens on. */
export const PORT_NAMES = ['api', 'temporal', 'temporalUi'] as const;
export type PortName = (typeof PORT_NAMES)[number];
/** 0 for one that was not wished for. */
export type Ports = Readonly<Record<PortName, number>>;

export type PortWish = {
  readonly ip: string;
  /** 0 = any free one, the same again at the next start. */
  readonly port: number;
  /** How the user changes it, for the message when it is taken. */
  readonly setting: string;
  /** Another free one instead of a refusal when it is taken. */
  readonly orAnother: boolean;
};

const pinnedSchema = z.partialRecord(z.enum(PORT_NAMES), z.number().int());
type Pinned = z.infer<typeof pinnedSchema>;

const readPinned = (path: string): Pinned => {
  try {
    return pinnedSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
};

const settle = async (name: PortName, wish: PortWish, pinned: Pinned, given: readonly number[]): Promise<number> => {
  const wanted = wish.port === 0 ? pinned[name] : wish.port;
  if (wanted !== undefined && !given.includes(wanted) && (await portIsFree(wish.ip, wanted))) return wanted;
  if (wish.port === 0 || wish.orAnother) return freePort(wish.ip);
  throw new LongshoreError(
    'port_taken',
    `port ${wish.port} on ${wish.ip}, for ${name}, is taken by another program; stop that one or choose another with ${wish.setting}`,
  );
};

/** Settles each wish and remembers the outcome in `file`, so that addresses stay the same from run to run. */
export const settlePorts = async (
  wishes: Readonly<Partial<Record<PortName, PortWish>>>,
  file: string,
): Promise<Ports> => {
  const pinned = readPinned(file);
  const ports: Record<PortName, number> = { api: 0, temporal: 0, temporalUi: 0 };
  for (const name of PORT_NAMES) {
    const wish = wishes[name];
    if (wish !== undefined) ports[name] = await settle(name, wish, pinned, Object.values(ports));
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(ports));
  renameSync(`${file}.new`, file);
  return ports;
};
