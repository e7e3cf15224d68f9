import { afterEach, expect, it, vi } from 'vitest';
import { jobUidSchema, type JobUid } from '../../model/ids.ts';
import { jobSpecSchema } from '../../model/job-spec.ts';
import { rememberSpecs } from '../../worker/host/remember-specs.ts';
import { aContainer } from '../host/host-fixture.ts';
import { createMemoryControlPlane } from '../host/memory-control-plane.ts';

const spec = jobSpecSchema.parse({
  roles: [{ name: 'main', replicas: 1, container: aContainer() }],
  retry: { maxAttempts: 1 },
  stop: { signal: null, graceSec: 1 },
  runTimeoutSec: null,
  submitted: null,
});
const uid = (n: number): JobUid => jobUidSchema.parse(`01M7${String(n).padStart(22, '0')}`);

const counted = () => {
  const server = createMemoryControlPlane();
  const asked: JobUid[] = [];
  const host = rememberSpecs({
    ...server,
    spec: (of: JobUid) => {
      asked.push(of);
      return server.spec(of);
    },
  });
  return { server, asked, host };
};

afterEach(() => void vi.useRealTimers());

it('asks the server once for the spec of a job', async () => {
  const { server, asked, host } = counted();
  server.specs.set(uid(1), spec);
  expect(await host.spec(uid(1))).toEqual(spec);
  expect(await host.spec(uid(1))).toEqual(spec);
  expect(asked).toEqual([uid(1)]);
});

it('asks again for what the server did not have, and keeps no more than a few', async () => {
  const { server, asked, host } = counted();
  expect(await host.spec(uid(1))).toBe('unknown');
  server.specs.set(uid(1), spec);
  expect(await host.spec(uid(1))).toEqual(spec);
  for (let n = 2; n < 60; n += 1) {
    server.specs.set(uid(n), spec);
    await host.spec(uid(n));
  }
  await host.spec(uid(1));
  expect(asked.filter((each) => each === uid(1))).toHaveLength(3);
});

it('has nothing of it in memory any more a few minutes later, however often it was asked for', async () => {
  vi.useFakeTimers();
  const { server, asked, host } = counted();
  server.specs.set(uid(1), spec);
  for (let minute = 0; minute < 2; minute += 1) {
    await host.spec(uid(1));
    vi.advanceTimersByTime(60_000);
  }
  expect(vi.getTimerCount()).toBe(0);
  await host.spec(uid(1));
  expect(asked).toHaveLength(2);
});
