import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { HostView } from '../../../ledger/ledger.ts';
import type { HostOrder } from '../../../model/workflow-messages.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { sendProblem } from '../../http/problem-answers.ts';
import { describeHost } from '../../operations/describe-host.ts';
import { orderHost } from '../../operations/order-host.ts';

const nothingSchema = z.strictObject({}).nullish();
const drainSchema = z
  .strictObject({
    deadlineSec: z
      .number()
      .min(0)
      .max(30 * 24 * 3600)
      .nullish(),
  })
  .nullish();
const removeSchema = z.strictObject({ destroyed: z.boolean().default(false) }).nullish();

/** GET /api/v1/hosts: every host that was not removed. */
export const listHosts =
  (deps: ApiDeps): RequestHandler =>
  async (_request, response) => {
    const [hosts, held] = await Promise.all([deps.ledger.hosts(), deps.ledger.heldResources({ host: null })]);
    const present = hosts.filter(({ condition }) => condition !== 'removed');
    response.json({ hosts: present.map((host) => describeHost(host, held)) });
  };

/** GET /api/v1/hosts/<name>: a removed one too. */
export const showHost =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const host = await findHost(deps, request, response);
    if (host !== null) await sendHost(deps, response, 200, host);
  };

export const cordonHost = (deps: ApiDeps): RequestHandler =>
  order(deps, nothingSchema, () => ({ order: { kind: 'cordon' }, isShown: ({ cordoned }) => cordoned }));

/** Takes back a drain as well. */
export const uncordonHost = (deps: ApiDeps): RequestHandler =>
  order(deps, nothingSchema, () => ({
    order: { kind: 'uncordon' },
    isShown: ({ cordoned, drain }) => !cordoned && drain === null,
  }));

/** `deadlineSec` from now; without one, what runs there may finish. */
export const drainHost = (deps: ApiDeps): RequestHandler =>
  order(deps, drainSchema, (body) => {
    const { deadlineSec = null } = body ?? {};
    const deadlineMs = deadlineSec === null ? null : deps.clock.nowMs() + Math.round(deadlineSec * 1000);
    return {
      order: { kind: 'drain', deadlineMs },
      isShown: ({ drain }) => drain !== null && drain.deadlineMs === deadlineMs,
    };
  });

/** 409 while it holds something, unless `destroyed` says that its containers are gone for certain: never of a host that is up. */
export const removeHost = (deps: ApiDeps): RequestHandler =>
  order(deps, removeSchema, (body) => {
    const destroyed = body?.destroyed === true;
    return { order: { kind: 'remove', destroyed }, isShown: ({ condition }) => condition === 'removed' };
  });

type Wanted = { readonly order: HostOrder; readonly isShown: (view: HostView) => boolean };

/** 200 with the host once the ledger shows it, 202 when its workflow has yet to act. */
const order =
  <T>(deps: ApiDeps, schema: z.ZodType<T>, wantedBy: (body: T) => Wanted): RequestHandler =>
  async (request, response) => {
    const body = schema.safeParse(request.body);
    if (!body.success) {
      const [issue] = body.error.issues;
      const field = issue?.path.join('.') ?? '';
      const detail = `${field === '' ? 'The body' : field}: ${issue?.message ?? 'not understood'}`;
      sendProblem(response, { status: 400, code: 'bad_host_order', detail, ...(field === '' ? {} : { field }) });
      return;
    }
    const host = await findHost(deps, request, response);
    if (host === null) return;
    const wanted = wantedBy(body.data);
    if (host.condition === 'removed') {
      if (wanted.order.kind === 'remove') return sendHost(deps, response, 200, host);
      const detail = `Host ${host.name} was removed; it joins again when it is started with an empty data directory`;
      sendProblem(response, { status: 409, code: 'host_removed', detail });
      return;
    }
    if (wanted.order.kind === 'remove' && wanted.order.destroyed && host.condition === 'up') {
      const detail =
        `Host ${host.name} is up, so its containers are not gone. Drain it and remove it without "destroyed"; ` +
        `if the machine has just died, ask again once the host is suspect (within half a minute)`;
      sendProblem(response, { status: 409, code: 'host_is_up', detail });
      return;
    }
    if (wanted.order.kind === 'remove' && !wanted.order.destroyed) {
      const holds = await deps.ledger.hostHolds({ name: host.name });
      if (holds > 0) {
        const detail =
          `Host ${host.name} still holds ${holds} placement(s). Drain it first, or say "destroyed": true ` +
          `if its containers are gone for certain`;
        sendProblem(response, { status: 409, code: 'host_holds_placements', detail });
        return;
      }
    }
    const shown = await orderHost(deps, host, wanted.order, wanted.isShown);
    await sendHost(deps, response, shown === null ? 202 : 200, shown ?? host);
  };

const findHost = async (deps: ApiDeps, request: Request, response: Response): Promise<HostView | null> => {
  const name = String(request.params['name']);
  const host = (await deps.ledger.hosts()).find((view) => view.name === name);
  if (host !== undefined) return host;
  sendProblem(response, { status: 404, code: 'no_such_host', detail: `There is no host ${name}` });
  return null;
};

const sendHost = async (deps: ApiDeps, response: Response, status: number, host: HostView): Promise<void> => {
  const held = await deps.ledger.heldResources({ host: host.name });
  response.status(status).json(describeHost(host, held));
};
