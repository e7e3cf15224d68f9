/** A stretch of time in which a zone's clock keeps its distance from UTC; the end is not in it. */
export type Stretch = { readonly fromMs: number; readonly toMs: number; readonly offsetMs: number };

/** Clocks are changed for weeks at least: so a change and its return are never both between two looks. */
const LOOK_EVERY_MS = 8 * 86_400_000;

const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

const offsetReader = (timeZone: string): ((atMs: number) => number) => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (atMs) => {
    const match = OFFSET.exec(format.format(atMs));
    if (match === null) throw new Error(`the offset of ${timeZone} cannot be read`);
    const [, sign, hours = 0, minutes = 0, seconds = 0] = match;
    return (sign === '-' ? -1000 : 1000) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  };
};

/** The first instant in (fromMs, toMs] with the offset of `toMs`, to the second. */
const changeBetween = (fromMs: number, toMs: number, offsetAt: (atMs: number) => number): number => {
  const after = offsetAt(toMs);
  let [low, high] = [fromMs / 1000, toMs / 1000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * 1000) === after) high = middle;
    else low = middle;
  }
  return high * 1000;
};

const stretchesOfYear = (year: number, offsetAt: (atMs: number) => number): readonly Stretch[] => {
  const endMs = Date.UTC(year + 1, 0, 1);
  const stretches: Stretch[] = [];
  let current = { fromMs: Date.UTC(year, 0, 1), offsetMs: offsetAt(Date.UTC(year, 0, 1)) };
  for (let lookMs = current.fromMs; lookMs < endMs; lookMs += LOOK_EVERY_MS) {
    const nextMs = Math.min(lookMs + LOOK_EVERY_MS, endMs);
    const offsetMs = offsetAt(nextMs);
    if (offsetMs === current.offsetMs) continue;
    const changeMs = changeBetween(lookMs, nextMs, offsetAt);
    if (changeMs >= endMs) break;
    stretches.push({ ...current, toMs: changeMs });
    current = { fromMs: changeMs, offsetMs };
  }
  return [...stretches, { ...current, toMs: endMs }];
};

type Zone = { readonly offsetAt: (atMs: number) => number; readonly years: Map<number, readonly Stretch[]> };

/** Asking Intl takes a thousand times as long as looking here. Bounded: zones and years are few. */
const zones = new Map<string, Zone>();

const yearOfZone = (timeZone: string, year: number): readonly Stretch[] => {
  let zone = zones.get(timeZone);
  if (zone === undefined) {
    zone = { offsetAt: offsetReader(timeZone), years: new Map() };
    zones.set(timeZone, zone);
  }
  let stretches = zone.years.get(year);
  if (stretches === undefined) {
    stretches = stretchesOfYear(year, zone.offsetAt);
    zone.years.set(year, stretches);
  }
  return stretches;
};

const yearOf = (atMs: number): number => new Date(atMs).getUTCFullYear();

/** Throws RangeError for a zone that does not exist. */
export const stretchAt = (timeZone: string, atMs: number): Stretch => {
  const found = yearOfZone(timeZone, yearOf(atMs)).find((stretch) => atMs < stretch.toMs);
  if (found === undefined) throw new Error(`${timeZone} has no time at ${atMs}`);
  return found;
};

/** What the zone's clock shows, as if it were UTC. */
export const clockMsAt = (timeZone: string, atMs: number): number => atMs + stretchAt(timeZone, atMs).offsetMs;

/** When the zone's clock shows `clockMs`: the first time, where it does twice; where it never does, as long after the change as it asks. */
export const firstInstantOf = (timeZone: string, clockMs: number): number => {
  const before = stretchAt(timeZone, clockMs - 86_400_000).offsetMs;
  const after = stretchAt(timeZone, clockMs + 86_400_000).offsetMs;
  const instants = [clockMs - before, clockMs - after];
  const shown = instants.filter((atMs) => clockMsAt(timeZone, atMs) === clockMs);
  return shown.length > 0 ? Math.min(...shown) : clockMs - before;
};

/** Whether the zone's clock has shown this same time before, within the day: after it was put back. */
export const isRepeated = (timeZone: string, atMs: number): boolean =>
  firstInstantOf(timeZone, clockMsAt(timeZone, atMs)) < atMs;

export const isTimeZone = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/** A zone's clock is put forward or back at `atMs`, which is the first instant with the new offset. */
export type ClockChange = { readonly atMs: number; readonly offsetBeforeMs: number; readonly offsetMs: number };

export const clockChanges = (timeZone: string, fromMs: number, toMs: number): readonly ClockChange[] => {
  const found: ClockChange[] = [];
  let before = stretchAt(timeZone, fromMs);
  while (before.toMs < toMs) {
    const after = stretchAt(timeZone, before.toMs);
    if (after.offsetMs !== before.offsetMs) {
      found.push({ atMs: after.fromMs, offsetBeforeMs: before.offsetMs, offsetMs: after.offsetMs });
    }
    before = after;
  }
  return found;
};
