import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TrackerEvent } from '../../model/tracker-event.ts';

export type Received = { readonly headers: IncomingHttpHeaders; readonly body: string; readonly event: TrackerEvent };

/** Somebody's service that takes events: keeps each id once and does nothing for an id below the last. */
export type WebhookReceiver = {
  readonly url: string;
  readonly received: readonly Received[];
  /** The events that were news, in the order they came. */
  readonly applied: readonly TrackerEvent[];
  /** How it answers; null = not at all. */
  answer: ((response: ServerResponse, event: TrackerEvent) => void) | null;
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
};

const ok = (response: ServerResponse): void => void response.writeHead(204).end();

export const startWebhookReceiver = async (): Promise<WebhookReceiver> => {
  const received: Received[] = [];
  const applied: TrackerEvent[] = [];
  const open = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const event = JSON.parse(body) as TrackerEvent;
      received.push({ headers: request.headers, body, event });
      if (receiver.answer === null) return;
      receiver.answer(response, event);
      if (response.statusCode < 300 && event.id > (applied.at(-1)?.id ?? 0)) applied.push(event);
    });
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${port}/events?token=a-token-that-nobody-must-see`,
    ...{ received, applied, answer: ok },
    down: async () => {
      if (!server.listening) return;
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
    up: () => listen(port),
  };
  return receiver;
};

export const takesAll = ok;
