import { readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second here, whatever its own clock is. */
const TICKS_PER_SEC = 100;
/** Places of utime and stime behind the closing parenthesis of the name, which may itself hold spaces. */
const [UTIME, STIME] = [11, 12];

/** Seconds of processor time, of all threads, that a process has used. Linux only: read from /proc. */
export function processorSec(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[STIME])) / TICKS_PER_SEC;
}
