/**
 * The engine port: what Longshore needs of a Docker engine, in the engine's own terms. Adapters: dockerode.
 * Every call has a time limit; an engine that hangs is an error naming the call.
 */
export type EngineInfo = {
  readonly id: string;
  readonly version: string;
  readonly cpus: number;
  readonly memoryBytes: number;
};

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export type ContainerSummary = {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: ContainerState;
};

export type ContainerDetails = ContainerSummary & {
  readonly name: string;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  readonly error: string;
  /** As they were asked for: "source:target:mode", then the bound ones of HostConfig.Mounts as "source:target". */
  readonly binds: readonly string[];
  /** The signal its image (or request) wants for a stop; null = SIGTERM. */
  readonly stopSignal: string | null;
};

/** The create request as the Engine API takes it: a plain value, made by scheduling/container-plan.ts. */
export type CreateRequest = {
  readonly name: string;
  readonly platform?: string;
  readonly body: Readonly<Record<string, unknown>>;
};

/** One record of the engine's log, in the engine's order. `text` has no newline; `partial` as in CRI. */
export type EngineLogRecord = {
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  readonly partial: boolean;
  readonly text: Uint8Array;
};

export type UsageSample = { readonly cpuSeconds: number | null; readonly memoryBytes: number | null };

/** A refusal the caller can act on. Anything else is thrown as LongshoreError('engine_unreachable' | 'engine_error'). */
export type EngineRefusal =
  | { readonly kind: 'image_not_found'; readonly message: string }
  | { readonly kind: 'pull_failed'; readonly message: string }
  | { readonly kind: 'command_not_found'; readonly message: string }
  | { readonly kind: 'name_taken'; readonly message: string }
  | { readonly kind: 'bad_request'; readonly message: string };
export type EngineAnswer<T> = { readonly kind: 'ok'; readonly value: T } | EngineRefusal;

export interface Engine {
  info(): Promise<EngineInfo>;
  /** The engine's ID, without asking it each time: true of the engine that answers now. */
  id(): Promise<string>;
  /** The image's id if the engine has it, and for that platform if one is named; else null. `image` with its tag. */
  findImage(image: string, platform?: string): Promise<string | null>;
  /** Pulls; `onProgress` gets a line for people now and then. */
  pull(
    image: string,
    onProgress: (line: string) => void,
    abort: AbortSignal,
    platform?: string,
  ): Promise<EngineAnswer<string>>;
  create(request: CreateRequest): Promise<EngineAnswer<string>>;
  start(containerId: string): Promise<EngineAnswer<void>>;
  /** All containers, running or not, with the given labels (value null = any value). */
  list(labels: Readonly<Record<string, string | null>>): Promise<readonly ContainerSummary[]>;
  /** Null when there is no such container. */
  inspect(containerId: string): Promise<ContainerDetails | null>;
  /** Resolves when the container is not running (or is not there); rejects when the engine goes away. */
  wait(containerId: string, abort: AbortSignal): Promise<void>;
  /** Sends a signal; false when there is nothing running to signal. */
  kill(containerId: string, signal: string): Promise<boolean>;
  /** Removes a container that does not run, with its anonymous volumes. Absent = done. */
  remove(containerId: string): Promise<void>;
  /** From the first record on; ends some time after the container (follow: its last records may be missing) or at once. */
  logs(containerId: string, follow: boolean, abort: AbortSignal): AsyncIterable<EngineLogRecord>;
  /** One sample, or null when it does not run. */
  usage(containerId: string): Promise<UsageSample | null>;
}
