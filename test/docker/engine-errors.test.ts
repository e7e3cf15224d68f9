import { describe, expect, it } from 'vitest';
import { pullRefusal, refusalOf } from '../../activities/docker/engine-errors.ts';

const answered = (statusCode: number, words: string): Error =>
  Object.assign(new Error(`(HTTP code ${statusCode}) unexpected - ${words} `), { statusCode });

describe('what an engine answers to a start', () => {
  it('is a refusal where it is about the container, in the words of the engine', () => {
    const port =
      'driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated';
    expect(refusalOf(answered(500, port), null)).toEqual({ kind: 'bad_request', message: port });
    expect(refusalOf(answered(500, 'unable to find user x: no matching entries in passwd file'), null)).toMatchObject({
      kind: 'bad_request',
    });
    expect(refusalOf(answered(409, 'The container name "/x" is already in use'), null)).toMatchObject({
      kind: 'name_taken',
    });
  });

  it('is a refusal where asking again changes nothing', () => {
    for (const words of [
      'unable to find group x: no matching entries in group file',
      'uids and gids must be in range 0-2147483647',
      'Cannot mkdir: /etc/passwd is not a directory',
      'mkdir /x: file name too long',
      'invalid mode: foo',
      'path /x is mounted on / but it is not a shared or slave mount',
      'network nowhere not found',
    ]) {
      expect(refusalOf(answered(500, words), null)).toEqual({ kind: 'bad_request', message: words });
    }
  });

  it('tells a container whose network is wanted from the one that is started', () => {
    const missing = answered(404, 'No such container: other');
    expect(refusalOf(missing, 'abc')).toMatchObject({ kind: 'bad_request' });
    expect(refusalOf(missing, null)).toMatchObject({ kind: 'bad_request' });
    expect(refusalOf(answered(404, 'No such container: abc'), 'abc')).toBeNull();
  });

  it('is none where the engine is on its way down: a job must not fail for that', () => {
    for (const words of [
      'transport is closing: unavailable',
      'failed to update store for object type *libnetwork.endpoint: open : no such file or directory',
      'context canceled',
      'could not find bridge docker0: route ip+net: no such network interface',
      'something nobody has seen before',
    ]) {
      expect(refusalOf(answered(500, words), null)).toBeNull();
    }
    expect(refusalOf(new Error('read ECONNRESET'), null)).toBeNull();
  });

  it('tells an image that does not exist from a registry that does not answer', () => {
    expect(pullRefusal('manifest for team/x:1 not found: manifest unknown').kind).toBe('image_not_found');
    expect(pullRefusal('pull access denied for team/x, repository does not exist').kind).toBe('image_not_found');
    expect(pullRefusal('Get "http://127.0.0.1:1/v2/": dial tcp: connection refused').kind).toBe('pull_failed');
  });
});
