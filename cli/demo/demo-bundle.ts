import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

const SCRIPT = `#!/bin/sh
# Fits grams = intercept + slope * hours for each furnace, over more and more of the rows.
set -eu
artifacts="$ARCHIVE_DIR/$JOB_ID/artifacts"
mkdir -p "$artifacts"
rows=$(($(wc -l < furnaces.csv) - 1))
echo "fitting $rows rows on $(hostname)"
for percent in 20 40 60 80 100; do
  head -n $((1 + rows * percent / 100)) furnaces.csv > part.csv
  awk -F, -v percent="$percent" -f fit.awk part.csv
  sleep 1
done
awk -F, -f fit.awk furnaces.csv > "$artifacts/fit.csv"
echo "wrote fit.csv"
`;

const AWK = `# Least squares from the sums. With percent set: one line of progress; without: the result as CSV.
NR > 1 { n[$1]++; x[$1] += $2; y[$1] += $3; xx[$1] += $2 * $2; xy[$1] += $2 * $3 }
END {
  if (percent) printf "%3d %%:", percent
  else print "furnace,rows,intercept,slope"
  for (f in n) {
    slope = (n[f] * xy[f] - x[f] * y[f]) / (n[f] * xx[f] - x[f] * x[f])
    intercept = (y[f] - slope * x[f]) / n[f]
    if (percent) printf "  %s %.2f + %.3f h", f, intercept, slope
    else printf "%s,%d,%.6f,%.6f\\n", f, n[f], intercept, slope
  }
  if (percent) print ""
}
`;

/** What the SDK uploads: a tar.gz with one top folder, named for the job. */
export const demoBundle = async (jobId: string, csv: string): Promise<Uint8Array> => {
  const archive = pack();
  archive.entry({ name: `${jobId}/`, type: 'directory', mode: 0o755 });
  for (const [name, content] of [
    ['main.sh', SCRIPT],
    ['fit.awk', AWK],
    ['furnaces.csv', csv],
  ] as const) {
    archive.entry({ name: `${jobId}/${name}`, mode: 0o644 }, content);
  }
  archive.finalize();
  return gzipSync(await buffer(Readable.from(archive)));
};
