import { describe, expect, it } from 'vitest';
import { reachability } from './reach';

const FINE = { stale: false, line: 'ready', elsewhere: false, hasExtension: true, push: 'on' } as const;

describe('the dot says only what is known', () => {
  it.each([
    [{}, 'always', undefined],
    [{ pushSeen: true }, 'always', undefined],
    [{ pushSeen: false }, 'open', 'push-failed'],
    [{ push: 'unasked' as const }, 'open', 'notifications'],
    [{ push: 'refused' as const }, 'open', 'blocked'],
    [{ push: 'unsupported' as const }, 'open', 'unsupported'],
    [{ push: 'failed' as const }, 'open', 'push-failed'],
    [{ line: 'off' as const, elsewhere: true }, 'always', undefined],
    [{ line: 'off' as const, elsewhere: true, push: 'unasked' as const }, 'open', 'notifications'],
    [{ line: 'connecting' as const }, 'not', 'connecting'],
    [{ line: 'retrying' as const }, 'not', 'offline'],
    [{ line: 'refused' as const }, 'not', 'refused'],
    [{ stale: true }, 'not', 'offline'],
    [{ hasExtension: false }, 'not', 'no-extension'],
  ])('with %j it is %s', (change, reach, reason) => {
    expect(reachability({ ...FINE, ...change })).toEqual({ reach, ...(reason && { reason }) });
  });
});
