import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import type { Topic } from '../ledger.ts';
import type { Answer, Call, Reply, Request, ThreadStart } from './protocol.ts';

/** Bounds how long the first caller of a group waits for the others. */
const MAX_GROUP = 256;

export function threadStart(): ThreadStart {
  return workerData as ThreadStart;
}

/** Serves calls in the order they came, as many at once as are waiting, until told to close. */
export function serveThread(thread: {
  readonly runGroup: (calls: readonly Call[]) => Promise<{ answers: readonly Answer[]; topics: readonly Topic[] }>;
  readonly close: () => void;
}): void {
  const port = parentPort;
  if (port === null) throw new Error('a ledger thread was started outside of a worker');
  const send = (reply: Reply): void => port.postMessage(reply);
  let chain = Promise.resolve();
  port.on('message', (first: Request) => {
    const waiting = [first, ...drain(port)];
    chain = chain.then(async () => {
      const calls = waiting.filter((request) => request.kind === 'call');
      for (let at = 0; at < calls.length; at += MAX_GROUP) {
        const { answers, topics } = await thread.runGroup(calls.slice(at, at + MAX_GROUP));
        send({ kind: 'answers', answers, topics });
      }
      if (calls.length === waiting.length) return;
      thread.close();
      port.close();
    });
  });
  send({ kind: 'ready' });
}

function drain(port: MessagePort): Request[] {
  const requests: Request[] = [];
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    requests.push(next.message as Request);
  }
  return requests;
}
