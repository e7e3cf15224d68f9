import { describe, expect, it } from 'vitest';
import { pullRefusal, refusalOf } from '../../activities/docker/engine-errors.ts';

const answered = (statusCode: number, words: string): Error =>
  Object.assign(new Error(`(HTTP code ${statusCode}) unexpected - ${words} `), { statusCode });

describe('what an engine answers to a start', () => {
  it('is a refusal where it is about the container, in the words of the engine', () => {
    const port =
      'driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated';
    expect(refusalOf(answered(500, port))).toEqual({ kind: 'bad_request', message: port });
    expect(refusalOf(answered(500, 'unable to find user x: no matching entries in passwd file'))).toMatchObject({
      kind: 'bad_request',
    });
    expect(refusalOf(answered(409, 'The container name "/x" is already in use'))).toMatchObject({ kind: 'name_taken' });
  });

  it('is none where the engine is on its way down: a job must not fail for that', () => {
    for (const words of [
      'transport is closing: unavailable',
      'failed to update store for object type *libnetwork.endpoint: open : no such file or directory',
      'context canceled',
      'something nobody has seen before',
    ]) {
      expect(refusalOf(answered(500, words))).toBeNull();
    }
    expect(refusalOf(new Error('read ECONNRESET'))).toBeNull();
  });

  it('tells an image that does not exist from a registry that does not answer', () => {
    expect(pullRefusal('manifest for team/x:1 not found: manifest unknown').kind).toBe('image_not_found');
    expect(pullRefusal('pull access denied for team/x, repository does not exist').kind).toBe('image_not_found');
    expect(pullRefusal('Get "http://127.0.0.1:1/v2/": dial tcp: connection refused').kind).toBe('pull_failed');
  });
});
