import type { EngineMount } from '../model/engine-mount.ts';
import type { Mount } from '../model/job-spec.ts';

type Bound = { readonly text: string; readonly target: string };

const bound = (source: string, target: string, mode: string): readonly Bound[] => [
  { text: mode === '' ? `${source}:${target}` : `${source}:${target}:${mode}`, target },
];

/** A mount of a bundle that the job does not have is left out here: the mount policy has refused it before. */
const bind = (mount: Mount, bundleDirectory: string | null): readonly Bound[] => {
  switch (mount.kind) {
    case 'bind':
      return bound(mount.source, mount.target, mount.mode);
    case 'bundle':
      return bundleDirectory === null ? [] : bound(bundleDirectory, mount.target, mount.mode);
    case 'volume':
      return bound(mount.name, mount.target, mount.mode);
    case 'anonymous':
      return [{ text: mount.target, target: mount.target }];
    case 'mount':
      return [];
  }
};

/** HostConfig.Binds. */
export const binds = (mounts: readonly Mount[], bundleDirectory: string | null): string[] =>
  mounts.flatMap((mount) => bind(mount, bundleDirectory).map(({ text }) => text));

/** Each bound place also stands among the container's volumes, as docker-py has it. */
export const volumes = (mounts: readonly Mount[], bundleDirectory: string | null): Record<string, object> =>
  Object.fromEntries(mounts.flatMap((mount) => bind(mount, bundleDirectory).map(({ target }) => [target, {}])));

/** HostConfig.Mounts. */
export const mounts = (all: readonly Mount[]): EngineMount[] =>
  all.flatMap((mount) => (mount.kind === 'mount' ? [mount.request] : []));
