import { beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../test/eventually';
import { LocalMedia } from './local-media';

const CAMERAS = ['front', 'back'].map((deviceId) => ({ kind: 'videoinput', deviceId, label: deviceId }));

function fakeTrack(deviceId: string) {
  return { kind: 'video', getSettings: () => ({ deviceId }), stop: vi.fn() };
}

describe('a camera that is exchanged', () => {
  /** Requests of a camera, in their order. */
  let asked: { opens: (track: unknown) => void; fails: () => void }[];
  let list: () => void;
  let media: LocalMedia;

  const isAsked = (times: number) => eventually(() => expect(asked).toHaveLength(times));

  beforeEach(async () => {
    asked = [];
    const getUserMedia = () =>
      new Promise((resolve, reject) => {
        const opens = (track: unknown) => resolve({ getTracks: () => [track] });
        asked.push({ opens, fails: () => reject(new DOMException('', 'NotReadableError')) });
      });
    const listed = new Promise((resolve) => (list = () => resolve(CAMERAS)));
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia, enumerateDevices: () => listed } });
    vi.stubGlobal(
      'MediaStream',
      class {
        addTrack() {}
        removeTrack() {}
      },
    );
    media = new LocalMedia();
    const opened = media.openCamera();
    await isAsked(1);
    asked[0]!.opens(fakeTrack('front'));
    await opened;
    return () => vi.unstubAllGlobals();
  });

  it('stays off if it is closed before the other one is open', async () => {
    const reopened = media.reopenCamera();
    await isAsked(2);
    media.closeCamera();
    const late = fakeTrack('front');
    asked[1]!.opens(late);
    await reopened;
    expect(media.videoTrack).toBeUndefined();
    expect(late.stop).toHaveBeenCalled();
  });

  it('stays off if it is closed while the cameras are listed', async () => {
    const switched = media.switchCamera();
    media.closeCamera();
    list();
    await switched;
    expect(media.videoTrack).toBeUndefined();
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['opens', 1],
    ['fails', 0],
  ] as const)('is the first that opens of two, whether the other one %s', async (end, stops) => {
    list();
    const switched = media.switchCamera();
    await isAsked(2);
    const reopened = media.reopenCamera();
    await isAsked(3);
    const [first, late] = [fakeTrack('back'), fakeTrack('front')];
    asked[1]!.opens(first);
    await switched;
    asked[2]![end](late);
    await reopened;
    expect(media.videoTrack).toBe(first);
    expect(first.stop).not.toHaveBeenCalled();
    expect(late.stop).toHaveBeenCalledTimes(stops);
  });
});
