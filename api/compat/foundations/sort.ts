import type { GroupMember } from '../../../ledger/list-row.ts';
import { ok, type Parsed, refused } from '../../submission/parsed.ts';

type SortKey = string | number | null;
const sortKeys = new Map<string, (member: GroupMember) => SortKey>([
  ['job_id', ({ jobId }) => jobId],
  ['queued_time', ({ admittedAtMs }) => admittedAtMs],
  ['start_time', ({ startedAtMs, placedAtMs }) => startedAtMs ?? placedAtMs],
  ['end_time', ({ endedAtMs }) => endedAtMs],
  ['return_code', ({ exitCode }) => exitCode],
]);

type Order = { readonly keyOf: (member: GroupMember) => SortKey; readonly sign: 1 | -1 };

/** What has no value comes first. */
const compare = (a: SortKey, b: SortKey): number => {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
};

const parseOrder = (part: string): Order | null => {
  const [field = '', direction = 'asc', ...rest] = part.split(':');
  const keyOf = sortKeys.get(field);
  if (keyOf === undefined || rest.length > 0 || (direction !== 'asc' && direction !== 'desc')) return null;
  return { keyOf, sign: direction === 'asc' ? 1 : -1 };
};

/** `field[:asc|desc],...` as a comparison, the first field counting most. */
export const parseSort = (sort: unknown): Parsed<(a: GroupMember, b: GroupMember) => number> => {
  const orders: Order[] = [];
  for (const part of typeof sort === 'string' ? sort.split(',') : ['']) {
    const order = parseOrder(part);
    if (order === null) {
      return refused(
        `Bad sort request in "${part}": expected field, field:asc or field:desc with one of ${[...sortKeys.keys()].join(', ')}`,
      );
    }
    orders.push(order);
  }
  return ok((a, b) => {
    for (const { keyOf, sign } of orders) {
      const order = sign * compare(keyOf(a), keyOf(b));
      if (order !== 0) return order;
    }
    return 0;
  });
};
