import type { ScheduleOptions, ScheduleOverlapPolicy, ScheduleSummary } from '@temporalio/client';
import type { OverlapPolicy, ScheduleRules } from '../../model/schedule.ts';
import { clientSpec } from '../../scheduling/cron/client-spec.ts';
import type { TemporalSpec } from '../../scheduling/cron/temporal-spec.ts';
import type { ScheduleStanding } from './schedule-gateway.ts';

export const overlapName = {
  skip: 'SKIP',
  buffer_one: 'BUFFER_ONE',
  buffer_all: 'BUFFER_ALL',
  cancel_other: 'CANCEL_OTHER',
  terminate_other: 'TERMINATE_OTHER',
  allow_all: 'ALLOW_ALL',
} as const satisfies Record<OverlapPolicy, ScheduleOverlapPolicy>;

export const overlapOf = (name: ScheduleOverlapPolicy): OverlapPolicy => {
  switch (name) {
    case 'SKIP':
    case undefined:
      return 'skip';
    case 'BUFFER_ONE':
      return 'buffer_one';
    case 'BUFFER_ALL':
      return 'buffer_all';
    case 'CANCEL_OTHER':
      return 'cancel_other';
    case 'TERMINATE_OTHER':
      return 'terminate_other';
    case 'ALLOW_ALL':
      return 'allow_all';
  }
};

export const encodeTimes = (
  calendar: TemporalSpec,
  rules: ScheduleRules,
): Pick<ScheduleOptions, 'spec'> & Required<Pick<ScheduleOptions, 'policies'>> => ({
  spec: {
    ...clientSpec(calendar),
    ...(rules.jitterMs === 0 ? {} : { jitter: rules.jitterMs }),
  },
  policies: { overlap: overlapName[rules.overlap], catchupWindow: rules.catchUpMs, pauseOnFailure: false },
});

export const standingOf = ({
  spec,
  memo,
  state,
  info,
}: Pick<ScheduleSummary, 'spec' | 'memo' | 'state'> & {
  readonly info: { readonly nextActionTimes: readonly Date[] };
}): ScheduleStanding => {
  const uid = memo?.['uid'];
  return {
    uid: typeof uid === 'string' ? uid : null,
    paused: state.paused,
    note: state.note ?? '',
    spec: spec ?? {},
    nextFiresMs: info.nextActionTimes.map((time) => time.getTime()),
  };
};
