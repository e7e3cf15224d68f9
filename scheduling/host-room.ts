import type { HostStanding, Inventory } from '../model/host.ts';
import type { HostName } from '../model/ids.ts';
import type { Resources } from '../model/job-spec.ts';

export type HostSupply = HostStanding & {
  readonly name: HostName;
  readonly inventory: Inventory;
  readonly placeable: boolean;
  /** False: its inventory is what a restored ledger remembers, and it may have more by now. */
  readonly isGreeted: boolean;
  /** When its last hello was accepted. */
  readonly helloAtMs: number;
  /** GPUs of it that are marked as held by what nobody knows: they are given to nobody. Absent: none. */
  readonly unaccountedGpuIds?: readonly string[];
};
export type HeldDemand = {
  readonly host: HostName;
  readonly resources: Resources;
  readonly gpuIds: readonly string[];
};

/** What is free on a host now; less than nothing where it holds more than it has by now. */
export type HostRoom = {
  readonly name: HostName;
  readonly placeable: boolean;
  readonly allSlots: number;
  slots: number;
  cpuMilli: number;
  memoryBytes: number;
  gpuIds: readonly string[];
  /** GPUs that jobs hold there and that it does not report: until that fits again it gives nothing at all. */
  missingGpuIds: readonly string[];
};

/** CPU as admission counts it: thousandths of a core, rounded up. */
export const cpuMilliOf = (resources: Resources): number => Math.ceil(resources.nanoCpus / 1e6);

/** What is in /dev/shm counts against the memory limit; without a limit it is what the job is known to need. */
export const memoryOf = ({ memoryBytes, shmBytes }: Resources): number => Math.max(memoryBytes, shmBytes);

/** Of each host, in name order: the one count that placing and explaining both go by. */
export function roomsOf(hosts: readonly HostSupply[], held: readonly HeldDemand[]): readonly HostRoom[] {
  const rooms = new Map(
    hosts
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, placeable, inventory, unaccountedGpuIds = [] }): [HostName, HostRoom] => {
        const { slots, cpuMilli, memoryBytes } = inventory;
        const gpuIds = inventory.gpuIds.filter((id) => !unaccountedGpuIds.includes(id));
        return [name, { name, placeable, allSlots: slots, slots, cpuMilli, memoryBytes, gpuIds, missingGpuIds: [] }];
      }),
  );
  for (const one of held) {
    const room = rooms.get(one.host);
    if (room !== undefined) hold(one, room);
  }
  return [...rooms.values()];
}

/** It has these GPUs there, free or not. */
export function hold({ resources, gpuIds }: Pick<HeldDemand, 'resources' | 'gpuIds'>, room: HostRoom): void {
  occupy(resources, room);
  if (gpuIds.length === 0) return;
  // It may be there under another id: giving that one would be giving it twice.
  const missing = gpuIds.filter((id) => !room.gpuIds.includes(id));
  if (missing.length > 0) room.missingGpuIds = [...room.missingGpuIds, ...missing];
  room.gpuIds = room.gpuIds.filter((id) => !gpuIds.includes(id));
}

export function fits(resources: Resources, room: HostRoom): boolean {
  return (
    room.slots >= 1 &&
    room.missingGpuIds.length === 0 &&
    room.cpuMilli >= cpuMilliOf(resources) &&
    room.memoryBytes >= memoryOf(resources) &&
    room.gpuIds.length >= resources.gpus
  );
}

export type Lack = 'slot' | 'gpus_missing' | 'gpus' | 'cpu' | 'memory';

/** Why it does not fit there; nothing = it fits. */
export function lacksOf(resources: Resources, room: HostRoom): readonly Lack[] {
  const lacks: Lack[] = [];
  if (room.slots < 1) lacks.push('slot');
  if (room.missingGpuIds.length > 0) lacks.push('gpus_missing');
  else if (room.gpuIds.length < resources.gpus) lacks.push('gpus');
  if (room.cpuMilli < cpuMilliOf(resources)) lacks.push('cpu');
  if (room.memoryBytes < memoryOf(resources)) lacks.push('memory');
  return lacks;
}

/** The ids of the GPUs it gets. */
export function take(resources: Resources, room: HostRoom): readonly string[] {
  occupy(resources, room);
  const given = room.gpuIds.slice(0, resources.gpus);
  room.gpuIds = room.gpuIds.slice(resources.gpus);
  return given;
}

function occupy(resources: Resources, room: HostRoom): void {
  room.slots -= 1;
  room.cpuMilli -= cpuMilliOf(resources);
  room.memoryBytes -= memoryOf(resources);
}
