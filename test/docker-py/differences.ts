/**
 * Where a container of Longshore's is meant to differ from docker-py's; all else must be equal. Of its own: labels,
 * init where none was asked for, log driver, the variables of GPUs and job id, AutoRemove and RestartPolicy.
 */
type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fields = (value: unknown): Fields => (isFields(value) ? value : {});

const OUR_VARIABLES = /^(?:FOUNDATIONS_JOB_ID|NVIDIA_VISIBLE_DEVICES)=/;

const userLabels = (labels: unknown): Fields =>
  Object.fromEntries(Object.entries(fields(labels)).filter(([name]) => !name.startsWith('io.longshore.')));
const userVariables = (env: unknown): unknown[] =>
  Array.isArray(env) ? env.filter((entry) => !OUR_VARIABLES.test(String(entry))) : [];

const inOneForm = (name: string, value: unknown): unknown => {
  // The engine takes one name for a list of it.
  if ((name === 'CapAdd' || name === 'CapDrop') && typeof value === 'string') return [value];
  // docker.types.Mount says that there is no source.
  return name === 'Mounts' && Array.isArray(value) ? value.map(withoutNulls) : value;
};

const withoutNulls = (value: unknown): Fields =>
  Object.fromEntries(Object.entries(fields(value)).filter(([, field]) => field !== null));

const saysNothing = (name: string, value: unknown): boolean =>
  (value === 0 && (name === 'Memory' || name === 'ShmSize')) ||
  (Array.isArray(value) && value.length === 0 && name === 'Mounts');

const withoutOurHostConfig = (hostConfig: unknown, initWasAsked: boolean): Fields => {
  const { LogConfig: _log, AutoRemove: _remove, RestartPolicy: _restart, Init: init, ...shared } = fields(hostConfig);
  return initWasAsked ? { ...shared, Init: init } : shared;
};

/** A create request without them, and without what says no more than its absence: false, no mounts, limits of 0. */
export const comparableRequest = (body: unknown, initWasAsked: boolean): Fields => {
  const { HostConfig, Labels, Env, NetworkingConfig, ...config } = fields(body);
  const host = Object.entries(withoutOurHostConfig(HostConfig, initWasAsked));
  const endpoints = fields(NetworkingConfig)['EndpointsConfig'];
  return {
    ...Object.fromEntries(Object.entries(config).filter(([, value]) => value !== false)),
    Labels: userLabels(Labels),
    Env: userVariables(Env),
    // Without endpoints the engine reads nothing in it.
    ...(endpoints === undefined ? {} : { EndpointsConfig: endpoints }),
    HostConfig: Object.fromEntries(
      host.filter(([name, value]) => !saysNothing(name, value)).map(([name, value]) => [name, inOneForm(name, value)]),
    ),
  };
};

/** An inspection without them, and without what an engine makes up for each container. */
export const comparableInspection = (inspection: unknown, initWasAsked: boolean): Fields => {
  const { Id, Config, HostConfig, Mounts, NetworkSettings } = fields(inspection);
  const { Hostname, Labels, Env, ...config } = fields(Config);
  return {
    Config: {
      ...config,
      Hostname: typeof Id === 'string' && Id.startsWith(String(Hostname)) ? 'made up' : Hostname,
      Labels: userLabels(Labels),
      Env: userVariables(Env),
    },
    HostConfig: withoutOurHostConfig(HostConfig, initWasAsked),
    Mounts: Array.isArray(Mounts) ? Mounts.map(withoutMadeUpName).sort(byDestination) : Mounts,
    NetworkSettings,
  };
};

/** The engine lists them in no order. */
const byDestination = (left: Fields, right: Fields): number =>
  String(left['Destination']) < String(right['Destination']) ? -1 : 1;

/** A volume of the container's own is named by 64 random digits, and lies where that name says. */
const withoutMadeUpName = (mount: unknown): Fields => {
  const read = fields(mount);
  return /^[0-9a-f]{64}$/.test(String(read['Name'])) ? { ...read, Name: 'made up', Source: 'made up' } : read;
};
