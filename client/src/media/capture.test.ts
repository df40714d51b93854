import { afterEach, describe, expect, it, vi } from 'vitest';
import { asking, CaptureRefused, microphone, whyOf } from './capture';
import { sorted } from './devices';

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
  ])('%s means %s', (name, why) => {
    expect(whyOf(new DOMException('', name))).toBe(why);
  });

  it('say why they are asked for, only while the browser asks', async () => {
    const track = {};
    let seen: unknown;
    browser('prompt', () => {
      seen = asking.state.source;
      return Promise.resolve({ getTracks: () => [track] });
    });
    expect(await microphone()).toBe(track);
    expect(seen).toBe('microphone');
    expect(asking.state.source).toBeUndefined();
  });

  it('are not explained when they were allowed long ago', async () => {
    let seen: unknown = 'nothing';
    browser('granted', () => {
      seen = asking.state.source;
      return Promise.resolve({ getTracks: () => [{}] });
    });
    await microphone();
    expect(seen).toBeUndefined();
  });

  it('are refused by kind', async () => {
    browser('denied', () => Promise.reject(new DOMException('', 'NotAllowedError')));
    await expect(microphone()).rejects.toEqual(new CaptureRefused('microphone', 'refused'));
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('isSecureContext', false);
    await expect(microphone()).rejects.toMatchObject({ source: 'microphone', why: 'insecure' });
  });

  it('are listed by what they are; those a browser hides are left out', () => {
    const all = [
      { kind: 'audioinput', deviceId: 'a', label: 'Headset' },
      { kind: 'audiooutput', deviceId: 'b', label: 'Speaker' },
      { kind: 'videoinput', deviceId: '', label: '' },
    ] as const;
    expect(sorted([...all])).toEqual({
      microphones: [{ id: 'a', name: 'Headset' }],
      cameras: [],
      speakers: [{ id: 'b', name: 'Speaker' }],
    });
  });
});
