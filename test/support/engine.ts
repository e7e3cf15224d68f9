import type Docker from 'dockerode';
import { openEngine } from '../../cli/provision/engine-access.ts';
import { dockerSocket } from './environment.ts';

/** The engine that the tests share. What a test makes there it labels with something of its own and removes. */
export const testEngine = (): Docker => openEngine(dockerSocket());

/** Removes every container with that label, running or not: what a test leaves behind when it fails half-way. */
export const removeContainers = async (engine: Docker, label: string): Promise<void> => {
  const found = await engine.listContainers({ all: true, filters: { label: [label] } });
  await Promise.all(found.map(({ Id }) => engine.getContainer(Id).remove({ force: true, v: true })));
};
