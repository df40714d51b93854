import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CaptureError } from '~/media/capture';
import { INITIAL_STATE, type CallState } from './call-state';
import { CallVideo } from './call-video';
import type { LocalMedia } from './local-media';
import type { Transceivers } from './transceivers';

describe('the camera of a call whose background is blurred', () => {
  let state: CallState;
  let sent: unknown[];
  let agree: (accepted: boolean) => void;
  let media: { videoTrack?: string; openCamera: () => Promise<void>; reopenCamera: () => Promise<boolean> };
  let video: CallVideo;

  beforeEach(() => {
    vi.stubGlobal('MediaStream', class {});
    state = { ...INITIAL_STATE, phase: 'talking', remote: { number: '1002', name: '' } } as CallState;
    sent = [];
    media = {
      openCamera: async () => void (media.videoTrack = 'as it is'),
      reopenCamera: async () => {
        if (media.videoTrack) media.videoTrack = 'blurred';
        return media.videoTrack !== undefined;
      },
    };
    const closeCamera = () => (media.videoTrack = undefined);
    const setTrack = async (_: string, track: unknown) => void sent.push(track);
    video = new CallVideo(Object.assign(media, { closeCamera }) as unknown as LocalMedia, {
      state: () => state,
      set: (change) => (state = { ...state, ...change }),
      transceivers: () => ({ setTrack, videoAccepted: true }) as unknown as Transceivers,
      renegotiate: () => new Promise((done) => (agree = done)),
    });
  });

  it('stays off when the blur that has ended it is switched off: that is for its notice', async () => {
    const lost = video.lost(new CaptureError('camera', 'blur'));
    await vi.waitFor(() => agree(true));
    await lost;
    await video.applyBlur();
    expect(state).toMatchObject({ camera: 'off', captureError: { reason: 'blur' } });
    expect(media.videoTrack).toBeUndefined();
    expect(sent).toEqual([undefined]);
  });

  it('is still starting if it was closed and is started again while it is opened with another background', async () => {
    media.videoTrack = 'as it is';
    media.reopenCamera = async () => {
      media.videoTrack = undefined;
      state = { ...state, camera: 'starting' };
      return false;
    };
    await video.applyBlur();
    expect(state.camera).toBe('starting');
    expect(sent).toEqual([]);
  });

  it('is blurred at once, also while the other party is still asked to accept it', async () => {
    const started = video.start();
    await vi.waitFor(() => expect(sent).toEqual(['as it is']));
    await video.applyBlur();
    expect(sent).toEqual(['as it is', 'blurred']);
    agree(true);
    await started;
    expect(state.camera).toBe('on');
  });
});
