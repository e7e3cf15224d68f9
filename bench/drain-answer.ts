import { parentPort, workerData } from 'node:worker_threads';
import { request } from 'undici';
import { z } from 'zod';

/** A thread that reads one answer to its end as fast as it comes, and says how many bytes it was. */
const { url } = z.object({ url: z.string() }).parse(workerData);
const answer = await request(url);
if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}: ${await answer.body.text()}`);
let bytes = 0;
answer.body.on('data', (chunk: Buffer) => (bytes += chunk.length));
await new Promise((resolve, reject) => answer.body.once('end', resolve).once('error', reject));
parentPort?.postMessage(bytes);
