import { beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../test/eventually';
import { LocalMedia } from './local-media';

const CAMERAS = ['front', 'back'].map((deviceId) => ({ kind: 'videoinput', deviceId, label: deviceId }));

function fakeTrack(deviceId: string) {
  return { kind: 'video', getSettings: () => ({ deviceId }), stop: vi.fn() };
}

describe('a camera that is exchanged', () => {
  /** Requests of a camera, in their order. */
  let asked: { which: unknown; opens: (track: unknown) => void; fails: () => void }[];
  let list: () => void;
  let media: LocalMedia;

  const isAsked = (times: number) => eventually(() => expect(asked).toHaveLength(times));

  beforeEach(async () => {
    asked = [];
    const getUserMedia = ({ video }: MediaStreamConstraints) =>
      new Promise((resolve, reject) => {
        const opens = (track: unknown) => resolve({ getTracks: () => [track] });
        asked.push({
          which: (video as MediaTrackConstraints).deviceId,
          opens,
          fails: () => reject(new DOMException('', 'NotReadableError')),
        });
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
    expect(await reopened).toBe(false);
    expect(media.videoTrack).toBeUndefined();
    expect(late.stop).toHaveBeenCalled();
  });

  it('stays off if it is closed while the cameras are listed', async () => {
    const switched = media.switchCamera();
    media.closeCamera();
    list();
    expect(await switched).toBe(false);
    expect(media.videoTrack).toBeUndefined();
    expect(asked).toHaveLength(1);
  });

  it('is exchanged twice, one after the other, if both are asked for at a time', async () => {
    list();
    const switched = media.switchCamera();
    await isAsked(2);
    const reopened = media.reopenCamera();
    const [back, blurred] = [fakeTrack('back'), fakeTrack('back')];
    asked[1]!.opens(back);
    expect(await switched).toBe(true);
    await isAsked(3);
    expect(asked[2]!.which).toEqual({ exact: 'back' });
    asked[2]!.opens(blurred);
    expect(await reopened).toBe(true);
    expect(media.videoTrack).toBe(blurred);
    expect(back.stop).toHaveBeenCalled();
    expect(blurred.stop).not.toHaveBeenCalled();
  });

  it('is off after a failure, also if another exchange was asked for meanwhile', async () => {
    list();
    const switched = media.switchCamera();
    await isAsked(2);
    const reopened = media.reopenCamera();
    asked[1]!.fails();
    await expect(switched).rejects.toMatchObject({ reason: 'busy' });
    expect(await reopened).toBe(false);
    expect(media.videoTrack).toBeUndefined();
    expect(asked).toHaveLength(2);
  });

  it('is exchanged although an exchange of one that was closed hangs', async () => {
    list();
    void media.switchCamera();
    await isAsked(2);
    media.closeCamera();
    const opened = media.openCamera();
    await isAsked(3);
    asked[2]!.opens(fakeTrack('front'));
    await opened;
    const reopened = media.reopenCamera();
    await isAsked(4);
    asked[3]!.opens(fakeTrack('front'));
    expect(await reopened).toBe(true);
  });
});
