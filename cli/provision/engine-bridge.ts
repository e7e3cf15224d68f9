import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { findProgram } from './find-program.ts';

const runFile = promisify(execFile);

/** The second and third numbers of a 10.x.y.0/24 that no interface of this machine uses. */
const freeSubnet = (key: string): string => {
  const taken = Object.values(networkInterfaces()).flatMap(
    (addresses) => addresses?.map(({ address }) => address) ?? [],
  );
  const seed = Number.parseInt(key.slice(0, 6), 16);
  for (let step = 0; ; step += 1) {
    const [x, y] = [200 + ((seed + step) % 50), (seed >> 8) % 256];
    if (step === 50 || !taken.some((address) => address.startsWith(`10.${x}.`))) return `10.${x}.${y}`;
  }
};

/**
 * A bridge of the engine's own. Two engines that share docker0 give their containers the same addresses. Null where
 * none can be made (no `ip`, no right to): the engine then makes or shares docker0.
 */
export const makeBridge = async (key: string): Promise<string | null> => {
  const name = `ls-${key}`.slice(0, 15);
  if (existsSync(`/sys/class/net/${name}`)) return name;
  const ip = await findProgram('ip', process.env['PATH']);
  if (ip === null) return null;
  try {
    await runFile(ip, ['link', 'add', 'name', name, 'type', 'bridge']);
    await runFile(ip, ['address', 'add', `${freeSubnet(key)}.1/24`, 'dev', name]);
    await runFile(ip, ['link', 'set', name, 'up']);
    return name;
  } catch {
    await removeBridge(name);
    return null;
  }
};

export const removeBridge = async (name: string): Promise<void> => {
  if (!existsSync(`/sys/class/net/${name}`)) return;
  await removeRules(name);
  const ip = await findProgram('ip', process.env['PATH']);
  if (ip !== null) await runFile(ip, ['link', 'delete', name]);
};

/** The firewall rules dockerd made for the bridge, which it leaves behind when it ends. */
const removeRules = async (bridge: string): Promise<void> => {
  const iptables = await findProgram('iptables', process.env['PATH']);
  if (iptables === null) return;
  for (const table of ['filter', 'nat']) {
    const { stdout } = await runFile(iptables, ['--wait', '-t', table, '-S']);
    const rules = stdout.split('\n').filter((rule) => rule.startsWith('-A ') && rule.split(' ').includes(bridge));
    for (const rule of rules) await runFile(iptables, ['--wait', '-t', table, '-D', ...rule.split(' ').slice(1)]);
  }
};
