import { afterEach, describe, expect, it, vi } from 'vitest';
import { pendingPermission, CaptureError, microphone, captureFailureOf } from './capture';
import { groupByKind } from './devices';

describe('microphones and cameras', () => {
  afterEach(() => vi.unstubAllGlobals());

  const browser = (state: string, getUserMedia: () => Promise<unknown>) =>
    vi.stubGlobal('navigator', {
      mediaDevices: { getUserMedia },
      permissions: { query: () => Promise.resolve({ state }) },
    });

  it.each([
    ['NotAllowedError', 'refused'],
    ['NotReadableError', 'busy'],
    ['NotFoundError', 'missing'],
  ])('%s means %s', (name, reason) => {
    expect(captureFailureOf(new DOMException('', name))).toBe(reason);
  });

  it('explain the permission only while the browser prompts', async () => {
    const track = {};
    let seen: unknown;
    browser('prompt', () => {
      seen = pendingPermission.state.source;
      return Promise.resolve({ getTracks: () => [track] });
    });
    expect(await microphone()).toBe(track);
    expect(seen).toBe('microphone');
    expect(pendingPermission.state.source).toBeUndefined();
  });

  it('are not explained when already permitted', async () => {
    let seen: unknown = 'nothing';
    browser('granted', () => {
      seen = pendingPermission.state.source;
      return Promise.resolve({ getTracks: () => [{}] });
    });
    await microphone();
    expect(seen).toBeUndefined();
  });

  it('fail by kind', async () => {
    browser('denied', () => Promise.reject(new DOMException('', 'NotAllowedError')));
    await expect(microphone()).rejects.toEqual(new CaptureError('microphone', 'refused'));
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('isSecureContext', false);
    await expect(microphone()).rejects.toMatchObject({ source: 'microphone', reason: 'insecure' });
  });

  it('are grouped by kind, without hidden ones', () => {
    const all = [
      { kind: 'audioinput', deviceId: 'a', label: 'Headset' },
      { kind: 'audiooutput', deviceId: 'b', label: 'Speaker' },
      { kind: 'videoinput', deviceId: '', label: '' },
    ] as const;
    expect(groupByKind([...all])).toEqual({
      microphones: [{ id: 'a', name: 'Headset' }],
      cameras: [],
      speakers: [{ id: 'b', name: 'Speaker' }],
    });
  });
});
