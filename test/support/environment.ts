/** What `npm test` prepared for the suites. Read here and nowhere else. */
const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set: run the tests with "npm test", which starts what they need and sets it`);
  }
  return value;
};

/** Path of a real Docker engine's socket. */
export const dockerSocket = (): string => required('LONGSHORE_DOCKER_SOCKET');
/** Path of the Temporal CLI. */
export const temporalCli = (): string => required('LONGSHORE_TEMPORAL_CLI');
/** `host:port` of a registry on loopback that the engine can pull from. */
export const registry = (): string => required('LONGSHORE_TEST_REGISTRY');
/** An image with a busybox shell that the engine already has. */
export const testImage = (): string => required('LONGSHORE_TEST_IMAGE');
/** Path of a `redis-server`. */
export const redisProgram = (): string => required('LONGSHORE_TEST_REDIS');
/** The directory of PostgreSQL's own programs: initdb, postgres, pg_dump, pg_restore. */
export const postgresPrograms = (): string => required('LONGSHORE_TEST_POSTGRES');
/** A Python interpreter with the packages of test/oracles/requirements.txt. */
export const testPython = (): string => required('LONGSHORE_TEST_PYTHON');
/** Path of the socket of another engine that has the test image too; null where none was prepared. */
export const secondDockerSocket = (): string | null => process.env['LONGSHORE_TEST_SECOND_DOCKER_SOCKET'] ?? null;
