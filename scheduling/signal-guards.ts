import type { CancelSignal, HostLostSignal, HostOrder, PlacedSignal, RemoveHost } from '../model/workflow-messages.ts';

/** As long as the api lets anybody ask for: a stop is waited for by whoever removes or drains the host. */
const LONGEST_GRACE_SEC = 3_600;

/**
 * Anybody may signal a workflow by hand, with anything. What does not have the shape is ignored: a handler that throws
 * would fail every later task of the job, and no cancel could reach it any more.
 */
export function isPlacedSignal(value: unknown): value is PlacedSignal {
  if (!isRecord(value) || typeof value['uid'] !== 'string' || !isRecord(value['placement'])) return false;
  const { epoch, host, engineId, gpuIds } = value['placement'];
  return (
    isEpoch(epoch) &&
    typeof host === 'string' &&
    typeof engineId === 'string' &&
    Array.isArray(gpuIds) &&
    gpuIds.every((id) => typeof id === 'string')
  );
}

export function isCancelSignal(value: unknown): value is CancelSignal {
  if (!isRecord(value)) return false;
  const { uid, graceSec, signal, because, reason } = value;
  return (
    typeof uid === 'string' &&
    typeof because === 'string' &&
    (graceSec === null || (typeof graceSec === 'number' && graceSec >= 0 && graceSec <= LONGEST_GRACE_SEC)) &&
    (signal === null || typeof signal === 'string') &&
    (reason === undefined || reason === 'cancelled_by_request' || reason === 'host_drained')
  );
}

export function isHostLostSignal(value: unknown): value is HostLostSignal {
  if (!isRecord(value)) return false;
  return typeof value['uid'] === 'string' && typeof value['because'] === 'string' && isEpoch(value['epoch']);
}

export function isHostOrder(value: unknown): value is HostOrder {
  if (!isRecord(value)) return false;
  switch (value['kind']) {
    case 'cordon':
    case 'uncordon':
    case 'refresh':
      return true;
    case 'drain':
      return value['deadlineMs'] === null || isTime(value['deadlineMs']);
    case 'remove':
      return isRemoveHost(value);
    default:
      return false;
  }
}

export const isRemoveHost = (value: unknown): value is RemoveHost =>
  isRecord(value) && typeof value['destroyed'] === 'boolean';

const isEpoch = (value: unknown): boolean =>
  isRecord(value) && isCount(value['generation']) && isCount(value['counter']);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Epoch milliseconds that a Date can show: what is beyond would fail every list with that host in it. */
const isTime = (value: unknown): boolean => isCount(value) && Number(value) <= 8.64e15;

const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
