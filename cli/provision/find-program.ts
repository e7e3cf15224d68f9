import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Directories that hold daemons and are often missing from a user's PATH. */
const SYSTEM_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

export const isExecutable = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The first executable of that name on `path` (PATH's form), then in the system's own directories; else null. */
export const findProgram = async (name: string, path: string | undefined): Promise<string | null> => {
  const directories = [...(path ?? '').split(delimiter).filter((directory) => directory !== ''), ...SYSTEM_DIRECTORIES];
  for (const directory of directories) {
    if (await isExecutable(join(directory, name))) return join(directory, name);
  }
  return null;
};
