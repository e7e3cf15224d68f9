import { afterAll, beforeAll, describe } from 'vitest';
import { jobRoutes } from './job-routes.ts';
import { movingJobs } from './moving-jobs.ts';
import { refusals } from './refusals.ts';
import { scheduleRoutes } from './schedule-routes.ts';
import type { TwoApis } from './two-apis.ts';
import { workerRoutes } from './worker-routes.ts';

/** What the Foundations SDK relies on, over real HTTP: each status, body and text, by one api and seen by another. */
export const foundationsContract = (open: () => Promise<TwoApis>): void => {
  const parts = { refusals, jobs: jobRoutes, schedules: scheduleRoutes, workers: workerRoutes, moving: movingJobs };
  describe.each(Object.entries(parts))('%s', (_what, part) => {
    let opened: TwoApis;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    part(() => opened);
  });
};
