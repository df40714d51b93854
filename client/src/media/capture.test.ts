import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { preferences, setPreferences } from '~/core/preferences';
import { blurBackground, supportsBackgroundBlur } from './background-blur';
import { camera, captureFailureOf, CaptureError, lossOf, microphone, nextCamera, pendingPermission } from './capture';
import { groupByKind } from './devices';

vi.mock('./background-blur', () => ({ blurBackground: vi.fn(), supportsBackgroundBlur: vi.fn(() => true) }));

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

  describe('a camera', () => {
    const opened = {} as MediaStreamTrack;
    const blurred = { stop: vi.fn() as () => void } as MediaStreamTrack;
    beforeEach(() => {
      vi.mocked(blurBackground).mockReset();
      browser('granted', () => Promise.resolve({ getTracks: () => [opened] }));
    });
    afterEach(() => setPreferences({ backgroundBlur: false }));

    it('is sent as it is, unless its background is to be blurred', async () => {
      expect(preferences.state.backgroundBlur).toBe(false);
      expect(await camera()).toBe(opened);
      setPreferences({ backgroundBlur: true });
      vi.mocked(blurBackground).mockResolvedValueOnce(blurred);
      expect(await camera()).toBe(blurred);
      vi.mocked(supportsBackgroundBlur).mockReturnValueOnce(false);
      expect(await camera()).toBe(opened);
    });

    it('is not sent as it is when the blur fails, at the beginning or later', async () => {
      setPreferences({ backgroundBlur: true });
      vi.mocked(blurBackground).mockRejectedValueOnce(new Error('no program'));
      await expect(camera()).rejects.toEqual(new CaptureError('camera', 'blur'));
      vi.mocked(blurBackground).mockResolvedValueOnce(blurred);
      const track = await camera();
      expect(lossOf(track)).toBeUndefined();
      vi.mocked(blurBackground).mock.lastCall![1]();
      expect(lossOf(track)).toMatchObject({ source: 'camera', reason: 'blur' });
    });

    it.each([
      ['begins', () => blurred],
      ['fails', () => Promise.reject(new Error('no program'))],
    ])('is sent as it is if the blur is switched off before it %s', async (_, happens) => {
      setPreferences({ backgroundBlur: true });
      vi.mocked(blurBackground).mockImplementationOnce(async () => {
        setPreferences({ backgroundBlur: false });
        return happens();
      });
      expect(await camera()).toBe(opened);
    });
  });

  describe('the next camera', () => {
    /** A camera, as Android describes it: without its direction once it is stopped. */
    const device = (deviceId: string, facingMode?: string) => {
      let live = true;
      return {
        getSettings: () => ({ deviceId, facingMode: live ? facingMode : undefined }),
        stop: vi.fn(() => (live = false)),
      };
    };
    /** The browser opens `opposite` for any direction. */
    const phone = (ids: string[], opposite: ReturnType<typeof device>) =>
      vi.stubGlobal('navigator', {
        mediaDevices: {
          enumerateDevices: async () => ids.map((deviceId) => ({ kind: 'videoinput', deviceId, label: deviceId })),
          getUserMedia: async ({ video }: { video: { deviceId?: { exact: string } } }) => ({
            getTracks: () => [video.deviceId ? device(video.deviceId.exact) : opposite],
          }),
        },
        permissions: { query: async () => ({ state: 'granted' }) },
      });
    const next = async (before: ReturnType<typeof device>) => {
      const opened = nextCamera(before as never);
      before.stop();
      return (await opened).getSettings().deviceId;
    };

    it('is the one of the other direction', async () => {
      phone(['front', 'wide', 'back'], device('back', 'environment'));
      expect(await next(device('front', 'user'))).toBe('back');
    });

    it('is the following one where all look the same way', async () => {
      const same = device('left', 'user');
      phone(['left', 'right'], same);
      expect(await next(device('left', 'user'))).toBe('right');
      expect(same.stop).toHaveBeenCalled();
    });

    it('is the following one where no direction is known', async () => {
      phone(['left', 'right'], device('left'));
      expect(await next(device('right'))).toBe('left');
    });
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
