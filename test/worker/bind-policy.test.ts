import { describe, expect, it } from 'vitest';
import { refuseOpenBind, servedNamesOf, warnOfOpenBind } from '../../worker/server/bind-policy.ts';

const warned: string[] = [];
const logger = { warn: (_fields: unknown, message?: string) => void warned.push(message ?? '') };

describe('where the api may listen without authentication', () => {
  it.each(['127.0.0.1', '127.8.8.8', 'localhost', '::1'])('is %s', (host) => {
    expect(() => refuseOpenBind({ host, auth: null })).not.toThrow();
    warnOfOpenBind({ host, auth: null }, logger);
    expect(warned).toEqual([]);
  });

  it.each(['0.0.0.0', '::', '10.0.0.7', 'box1'])('is not %s, unless that is written out, and then it warns', (host) => {
    expect(() => refuseOpenBind({ host, auth: null })).toThrow(/auth: none/);
    refuseOpenBind({ host, auth: 'none' });
    warnOfOpenBind({ host, auth: 'none' }, logger);
    expect(warned.at(-1)).toContain('without authentication');
  });
});

describe('the names the api answers to', () => {
  it('are loopback alone there, all beyond it, and where names are given those and its own address', () => {
    expect(servedNamesOf({ host: '127.0.0.1', servedNames: null })).toEqual([]);
    expect(servedNamesOf({ host: 'localhost', servedNames: ['jobs.example'] })).toContain('jobs.example');
    expect(servedNamesOf({ host: '0.0.0.0', servedNames: null })).toBeNull();
    expect(servedNamesOf({ host: '10.0.0.7', servedNames: ['jobs.example'] })).toEqual(['jobs.example', '10.0.0.7']);
  });
});
