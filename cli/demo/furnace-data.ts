/** The demo's data: how much a furnace makes in how many hours. The same rows each time. */
export type Row = { readonly furnace: string; readonly hours: number; readonly grams: number };

const ROWS = 600;
const FURNACES = [
  { name: 'north', base: 12, rate: 3.5 },
  { name: 'south', base: 7, rate: 4.25 },
  { name: 'harbour', base: 20, rate: 2.75 },
] as const;

/** Park and Miller's minimal generator: numbers in 0..1, the same sequence on every machine. */
const noise = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};

export const furnaceRows = (): readonly Row[] => {
  const next = noise(20_261);
  return Array.from({ length: ROWS }, (_, index) => {
    const { name, base, rate } = FURNACES[index % FURNACES.length] ?? FURNACES[0];
    const hours = Math.round(next() * 4_000) / 100;
    return { furnace: name, hours, grams: Math.round((base + rate * hours + (next() - 0.5) * 6) * 1_000) / 1_000 };
  });
};

export const furnaceCsv = (rows: readonly Row[]): string =>
  ['furnace,hours,grams', ...rows.map(({ furnace, hours, grams }) => `${furnace},${hours},${grams}`), ''].join('\n');

/** grams = intercept + slope * hours */
export type Fit = {
  readonly furnace: string;
  readonly rows: number;
  readonly intercept: number;
  readonly slope: number;
};

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/** Least squares about the means: another road than the job's own sums, so that the two check each other. */
export const fitFurnaces = (rows: readonly Row[]): readonly Fit[] =>
  FURNACES.map(({ name }) => {
    const own = rows.filter(({ furnace }) => furnace === name);
    const [meanHours, meanGrams] = [mean(own.map(({ hours }) => hours)), mean(own.map(({ grams }) => grams))];
    const covariance = mean(own.map(({ hours, grams }) => (hours - meanHours) * (grams - meanGrams)));
    const slope = covariance / mean(own.map(({ hours }) => (hours - meanHours) ** 2));
    return { furnace: name, rows: own.length, intercept: meanGrams - slope * meanHours, slope };
  });

const TOLERANCE = 0.000_2;

/** What is wrong with the job's fit.csv; null when it is right. */
export const checkFits = (csv: string, expected: readonly Fit[]): string | null => {
  const lines = csv.trim().split('\n').slice(1);
  if (lines.length !== expected.length) return `it has ${lines.length} fits instead of ${expected.length}`;
  for (const { furnace, rows, intercept, slope } of expected) {
    const line = lines.find((one) => one.startsWith(`${furnace},`));
    if (line === undefined) return `it has no fit for ${furnace}`;
    const [, count, a, b] = line.split(',').map(Number);
    const close = (found: number | undefined, right: number) => Math.abs((found ?? Number.NaN) - right) < TOLERANCE;
    if (count !== rows || !close(a, intercept) || !close(b, slope)) {
      return `"${line}" should be ${furnace},${rows},${intercept.toFixed(4)},${slope.toFixed(4)}`;
    }
  }
  return null;
};
