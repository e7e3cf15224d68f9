import { z } from 'zod';
import { startPythonOracle } from '../support/python-oracle.ts';

const answerSchema = z.union([
  z.strictObject({ body: z.record(z.string(), z.unknown()), query: z.record(z.string(), z.unknown()) }),
  z.strictObject({ raised: z.string() }),
  z.strictObject({ inspection: z.unknown() }),
]);

/** What docker-py did with keyword arguments: the request it sends, what it raises, or what an engine made of it. */
export type DockerPyAnswer = z.infer<typeof answerSchema>;

/** A tuple of Python's, written {tuple: [...]} for docker-py, is a list to whoever sends JSON. */
export const asJson = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value;
  if ('tuple' in value) return asJson(value.tuple);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, asJson(entry)]));
};

export const startDockerPy = () => {
  const oracle = startPythonOracle('docker_py.py', { DOCKER_CONFIG: '/nonexistent' });
  return {
    /** `detach` as the scheduler always has it. */
    request: async (kwargs: Readonly<Record<string, unknown>>): Promise<DockerPyAnswer> =>
      answerSchema.parse(await oracle.ask({ kwargs: { ...kwargs, detach: true } })),
    /** Creates the container on a real engine, looks at it and removes it. */
    inspection: async (kwargs: Readonly<Record<string, unknown>>, socketPath: string): Promise<DockerPyAnswer> =>
      answerSchema.parse(await oracle.ask({ kwargs: { ...kwargs, detach: true }, engine: socketPath })),
    close: () => oracle.close(),
  };
};
