import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineLogRecord } from '../../activities/docker/engine.ts';
import { shipLog, type ShipperDeps } from '../../activities/logs/log-shipper.ts';
import { LongshoreError } from '../../model/error.ts';
import { planContainer } from '../../scheduling/container-plan.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { aContainer, aHost, aReplica, silent, type HostFixture } from './host-fixture.ts';

let host: HostFixture;
beforeEach(async () => {
  host = await aHost();
});
afterEach(() => host.clean());

const started = async (script: string): Promise<{ replica: ReplicaRef; id: string }> => {
  const replica = aReplica();
  const container = aContainer({ command: ['sh', '-c', script] });
  host.submit(replica, container);
  const { hostName } = host.deps.settings;
  const logBacklog = { fileBytes: 1e9, files: 2 };
  const facts = { engineId: host.engineId, hostName, bundleDirectory: null, gpuIds: [], logBacklog };
  const created = await host.engine.create(planContainer(container, replica, facts));
  if (created.kind !== 'ok') throw new Error(created.message);
  await host.engine.start(created.value);
  return { replica, id: created.value };
};
const deps = (over: Partial<ShipperDeps> = {}): ShipperDeps => ({
  engine: host.engine,
  controlPlane: host.controlPlane,
  log: silent,
  ...over,
});
const forEver = new AbortController().signal;

describe('a shipped log', () => {
  it('is byte for byte what was printed', async () => {
    const script = `
      i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i+1)); done
      printf '\\377\\000\\r10%%\\r20%%\\n'
      head -c 100000 /dev/zero | tr '\\0' z; echo
      i=0; while [ $i -lt 500 ]; do echo "warning $i" >&2; i=$((i+1)); done
      printf 'the end'`;
    const { replica, id } = await started(script);
    await shipLog(deps(), replica, id, forEver);
    const lines = Array.from({ length: 2000 }, (_, index) => `line ${index}\n`).join('');
    const expected = Buffer.from(`${lines}\xff\0\r10%\r20%\n${'z'.repeat(100_000)}\nthe end`, 'latin1');
    expect(host.controlPlane.text(replica, 'stdout').equals(expected)).toBe(true);
    const warnings = Array.from({ length: 500 }, (_, index) => `warning ${index}\n`).join('');
    expect(host.controlPlane.text(replica, 'stderr').toString()).toBe(warnings);
    expect(host.controlPlane.log(replica).finished).toBe(true);
  });

  it('is there soon after it was printed, while the job goes on', async () => {
    const { replica, id } = await started('echo first; sleep 2; echo last');
    const shipped = shipLog(deps(), replica, id, forEver);
    const fromMs = Date.now();
    while (host.controlPlane.log(replica).records.length === 0) await sleep(5);
    expect(Date.now() - fromMs).toBeLessThan(500);
    expect(host.controlPlane.log(replica).finished).toBe(false);
    await shipped;
  });

  it('is whole though the server went away and came back', async () => {
    const { replica, id } = await started('i=0; while [ $i -lt 40 ]; do echo $i; i=$((i+1)); sleep 0.05; done');
    const shipped = shipLog(deps(), replica, id, forEver);
    await sleep(400);
    host.controlPlane.down = true;
    await sleep(1_500);
    expect(host.controlPlane.log(replica).records.length).toBeLessThan(40);
    host.controlPlane.down = false;
    await shipped;
    const expected = Array.from({ length: 40 }, (_, index) => `${index}\n`).join('');
    expect(host.controlPlane.text(replica, 'stdout').toString()).toBe(expected);
  });

  it('has nothing twice though two shipped it, one after the other and at once', async () => {
    const { replica, id } = await started(
      'i=0; while [ $i -lt 3000 ]; do echo $i; i=$((i+1)); done; sleep 0.5; echo end',
    );
    const first = new AbortController();
    const lost = shipLog(deps(), replica, id, first.signal);
    await sleep(250);
    const second = shipLog(deps(), replica, id, forEver);
    await sleep(100);
    first.abort();
    await expect(lost).rejects.toThrow();
    await second;
    await shipLog(deps(), replica, id, forEver);
    const expected = `${Array.from({ length: 3000 }, (_, index) => `${index}\n`).join('')}end\n`;
    expect(host.controlPlane.text(replica, 'stdout').toString()).toBe(expected);
  });

  it('is read again from its beginning when the server has lost its tail, or the engine breaks off', async () => {
    const { replica, id } = await started('i=0; while [ $i -lt 2500 ]; do echo $i; i=$((i+1)); done');
    await host.engine.wait(id, forEver);
    let batches = 0;
    let readings = 0;
    const controlPlane: ShipperDeps['controlPlane'] = {
      ...host.controlPlane,
      async appendLog(ref, expected, records) {
        batches += 1;
        if (batches === 2) host.controlPlane.log(ref).records.splice(10);
        return host.controlPlane.appendLog(ref, expected, records);
      },
    };
    async function* breaking(...args: Parameters<HostFixture['engine']['logs']>): AsyncGenerator<EngineLogRecord> {
      readings += 1;
      let given = 0;
      for await (const record of host.engine.logs(...args)) {
        given += 1;
        if (readings === 2 && given === 1_500) throw new LongshoreError('engine_unreachable', 'gone');
        yield record;
      }
    }
    const engine: ShipperDeps['engine'] = { logs: breaking, inspect: host.engine.inspect };
    await shipLog(deps({ controlPlane, engine }), replica, id, forEver);
    expect(readings).toBe(3);
    const expected = Array.from({ length: 2500 }, (_, index) => `${index}\n`).join('');
    expect(host.controlPlane.text(replica, 'stdout').toString()).toBe(expected);
  });
});
