import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { startOfHost } from '../../../activities/control/host-keeper.ts';
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
  orderedBy(deps, nothingSchema, () => ({ order: { kind: 'cordon' }, isShown: ({ cordoned }) => cordoned }));

/** Takes back a drain as well. */
export const uncordonHost = (deps: ApiDeps): RequestHandler =>
  orderedBy(deps, nothingSchema, () => ({
    order: { kind: 'uncordon' },
    isShown: ({ cordoned, drain }) => !cordoned && drain === null,
  }));

/** `deadlineSec` from now; without one, what runs there may finish. */
export const drainHost = (deps: ApiDeps): RequestHandler =>
  orderedBy(deps, drainSchema, (body) => {
    const { deadlineSec = null } = body ?? {};
    const deadlineMs = deadlineSec === null ? null : deps.clock.nowMs() + Math.round(deadlineSec * 1000);
    return {
      order: { kind: 'drain', deadlineMs },
      isShown: ({ drain }) => drain !== null && drain.deadlineMs === deadlineMs,
    };
  });

/** 409 while it holds something, unless `destroyed` says that its containers are gone for certain: never of a host that is up. */
export const removeHost =
  (deps: ApiDeps): RequestHandler =>
  async (request, response) => {
    const asked = await readOrder(deps, removeSchema, request, response);
    if (asked === null) return;
    const { host, body } = asked;
    const destroyed = body?.destroyed === true;
    if (host.condition === 'removed' && !destroyed) return sendHost(deps, response, 200, host);
    if (destroyed && host.condition === 'up') return refuseUp(response, host);
    const held = destroyed ? 0 : await deps.ledger.hostHolds({ name: host.name });
    if (held > 0) return refuseHolding(response, host, held);
    // It may be given a job at this very moment: the host's workflow has the last word.
    const answer = await deps.hostGateway.remove(destroyed, startOfHost(host));
    if (answer.kind === 'holds') return refuseHolding(response, host, answer.held);
    if (answer.kind === 'up') return refuseUp(response, host);
    const removed = (await deps.ledger.hosts()).find(({ name }) => name === host.name);
    await sendHost(deps, response, 200, removed ?? host);
  };

type Wanted = { readonly order: HostOrder; readonly isShown: (view: HostView) => boolean };

/** 200 with the host once the ledger shows it, 202 when its workflow has yet to act, 409 if it is removed. */
const orderedBy =
  <T>(deps: ApiDeps, schema: z.ZodType<T>, wantedBy: (body: T) => Wanted): RequestHandler =>
  async (request, response) => {
    const asked = await readOrder(deps, schema, request, response);
    if (asked === null) return;
    const { host, body } = asked;
    if (host.condition === 'removed') return refuseRemoved(response, host);
    const { order, isShown } = wantedBy(body);
    const shown = await orderHost(deps, host, order, isShown);
    if (shown?.condition === 'removed') return refuseRemoved(response, shown);
    await sendHost(deps, response, shown === null ? 202 : 200, shown ?? host);
  };

/** Null: it was answered already. */
const readOrder = async <T>(
  deps: ApiDeps,
  schema: z.ZodType<T>,
  request: Request,
  response: Response,
): Promise<{ readonly host: HostView; readonly body: T } | null> => {
  const body = schema.safeParse(request.body);
  if (!body.success) {
    const [issue] = body.error.issues;
    const field = issue?.path.join('.') ?? '';
    const detail = `${field === '' ? 'The body' : field}: ${issue?.message ?? 'not understood'}`;
    sendProblem(response, { status: 400, code: 'bad_host_order', detail, ...(field === '' ? {} : { field }) });
    return null;
  }
  const host = await findHost(deps, request, response);
  return host === null ? null : { host, body: body.data };
};

const refuseUp = (response: Response, { name }: HostView): void => {
  const detail =
    `Host ${name} is up, so its containers are not gone. Drain it and remove it without "destroyed"; ` +
    `if the machine has just died, ask again once the host is suspect (within half a minute)`;
  sendProblem(response, { status: 409, code: 'host_is_up', detail });
};

const refuseRemoved = (response: Response, { name }: HostView): void => {
  const detail = `Host ${name} was removed; it joins again when it is started with an empty data directory`;
  sendProblem(response, { status: 409, code: 'host_removed', detail });
};

const refuseHolding = (response: Response, { name }: HostView, held: number): void => {
  const detail =
    `Host ${name} still holds ${held} placement(s). Drain it first, or say "destroyed": true ` +
    `if its containers are gone for certain`;
  sendProblem(response, { status: 409, code: 'host_holds_placements', detail });
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
