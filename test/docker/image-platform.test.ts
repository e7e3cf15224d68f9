import { describe, expect, it } from 'vitest';
import { isOfPlatform } from '../../activities/docker/image-platform.ts';

describe('the platform of an image', () => {
  it.each(['linux/arm64', 'linux/arm64/v8', 'linux/aarch64', 'linux', 'arm64', 'aarch64', 'Linux/ARM64'])(
    'of an image for linux/arm64 is %s',
    (wanted) => {
      expect(isOfPlatform({ os: 'linux', architecture: 'arm64' }, wanted)).toBe(true);
    },
  );
  it.each(['linux/amd64', 'windows/arm64', 'windows', 'amd64', 'x86_64'])(
    'of an image for linux/arm64 is not %s',
    (wanted) => {
      expect(isOfPlatform({ os: 'linux', architecture: 'arm64' }, wanted)).toBe(false);
    },
  );
});
