import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from '../../ledger/directory-lock.ts';
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import { anAdmission, HOST, listed, POOL } from './builders.ts';

describe('the owner of a ledger’s directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'longshore-owner-'));
  });
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(directory, { recursive: true });
  });
  const open = () => openSqliteLedger({ directory, sealKey: new Uint8Array(32), now: () => Date.now() });

  /** Resolves once it has acknowledged so many admissions; `acknowledged` goes on growing until it dies. */
  const startAdmitting = async (count: number) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'admit-until-killed.js'), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const acknowledged: string[] = [];
    const closed = once(child.stdout, 'close');
    await new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (acknowledged.push(line) === count) resolve();
      });
    });
    const kill = async () => {
      child.kill('SIGKILL');
      await closed;
    };
    return { acknowledged, kill };
  };

  it('refuses a second owner by name, with the way out, until the first is killed; nothing acknowledged is lost', async () => {
    const admitting = await startAdmitting(300);
    const began = Date.now();
    await expect(open()).rejects.toMatchObject({
      code: 'directory_locked',
      message: expect.stringMatching(new RegExp(`${directory} is in use.*PostgreSQL`)),
    });
    expect(Date.now() - began).toBeLessThan(1_000);
    await admitting.kill();
    const ledger = await open();
    const queued = new Set((await listed(ledger, 'queued')).map(({ record }) => String(record.jobId)));
    expect(admitting.acknowledged.filter((name) => !queued.has(name))).toEqual([]);
    await ledger.close();
  });

  it('opens again after a clean close, with everything in it', async () => {
    const first = await open();
    const admission = anAdmission('kept');
    await first.admit(admission);
    await first.close();
    await expect(first.admit(anAdmission('late'))).rejects.toMatchObject({ code: 'ledger_unavailable' });
    const second = await open();
    expect((await second.job({ jobId: admission.jobId }))?.record.uid).toBe(admission.uid);
    await second.close();
  });

  it('answers everything asked before its close', async () => {
    const ledger = await open();
    const answers = Array.from({ length: 50 }, (_, index) => ledger.admit(anAdmission(`job-${index}`)));
    await ledger.close();
    expect((await Promise.all(answers)).every(({ kind }) => kind === 'admitted')).toBe(true);
  });

  it('undoes only the verb that failed in a shared commit', async () => {
    const ledger = await open();
    const uid = anAdmission('one').uid;
    const answers = await Promise.allSettled([
      ledger.admit(anAdmission('one', { uid })),
      ledger.admit(anAdmission('two', { uid })),
      ledger.admit(anAdmission('three')),
      ledger.claim({ uid: anAdmission('x').uid, runId: 'r', epoch: { generation: 1, counter: 1 } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(answers[1]).toMatchObject({ reason: { code: 'ledger_unavailable' } });
    expect(answers[3]).toMatchObject({ reason: { code: 'unknown_job' } });
    expect((await listed(ledger, 'queued')).map(({ record }) => record.jobId)).toEqual(['one', 'three']);
    expect((await ledger.plannerSnapshot({ pool: POOL, maxQueued: 1 })).hosts.map(({ name }) => name)).not.toContain(
      HOST,
    );
    await ledger.close();
  });

  it('reads what was written before, in every read after a write was answered', async () => {
    const ledger = await open();
    for (let index = 0; index < 50; index += 1) {
      const admission = anAdmission(`job-${index}`);
      await ledger.admit(admission);
      expect((await ledger.job({ jobId: admission.jobId }))?.position).toBe(index);
    }
    await ledger.close();
  });

  it('may lock one directory for several purposes, each for one owner', () => {
    const worker = lockDirectory(directory, 'host', 'Stop it.');
    const server = lockDirectory(directory, 'server', 'Stop it.');
    expect(() => lockDirectory(directory, 'host', 'Stop it.')).toThrow(/owns its host. Stop it./);
    worker.release();
    lockDirectory(directory, 'host', 'Stop it.').release();
    server.release();
  });
});
