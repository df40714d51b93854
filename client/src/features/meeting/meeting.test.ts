import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Video } from '~/api';
import { CaptureError, lossOf, sameCamera, type Captured } from '~/media/capture';
import { Problem } from '~/core/problem';
import { Meeting, type MeetingDependencies, type VideoQuality } from './meeting';
import { encodingFor } from './video-connection';

vi.mock('~/media/capture', async (original) => ({
  ...(await original<typeof import('~/media/capture')>()),
  lossOf: vi.fn(),
  sameCamera: vi.fn(),
}));

class FakeSender {
  parameters = { encodings: [{}] } as RTCRtpSendParameters;
  constructor(public track: MediaStreamTrack) {}
  getParameters = () => this.parameters;
  setParameters = vi.fn(async (parameters: RTCRtpSendParameters) => void (this.parameters = parameters));
  replaceTrack = vi.fn(async (track: MediaStreamTrack) => void (this.track = track));
}

class FakeConnection extends EventTarget {
  connectionState = 'new';
  localDescription = { sdp: 'local' };
  senders: FakeSender[] = [];
  closed = false;
  remote: unknown;
  addTransceiver(track: MediaStreamTrack) {
    this.senders.push(new FakeSender(track));
    return { setCodecPreferences: () => undefined };
  }
  getSenders = () => this.senders;
  getReceivers = () => [{ track: {} }];
  setLocalDescription = async () => undefined;
  setRemoteDescription = async (remote: unknown) => void (this.remote = remote);
  close = () => void (this.closed = true);
  fail() {
    this.connectionState = 'failed';
    this.dispatchEvent(new Event('connectionstatechange'));
  }
}

function track(): MediaStreamTrack {
  return {
    stop: vi.fn(),
    onended: null,
    getSettings: () => ({ width: 1280, height: 720 }),
  } as unknown as MediaStreamTrack;
}

const settled = () => new Promise((done) => setTimeout(done));

describe('the videos of a meeting', () => {
  beforeEach(() => {
    vi.stubGlobal(
      'MediaStream',
      class {
        constructor(readonly tracks: unknown[]) {}
      },
    );
  });

  function setup() {
    const connections: FakeConnection[] = [];
    const tasks: (() => void)[] = [];
    const there: Video[] = [];
    let count = 0;
    let blurSwitched: () => void = () => undefined;
    const forgetBlur = vi.fn();
    const server = {
      videos: vi.fn(async () => [...there]),
      publish: vi.fn(async (source: 'camera' | 'screen', _sdp: string, _again: boolean) => {
        const id = `video ${++count}`;
        there.push({ id, participant: 'me', source, quality: 'off', own: true });
        return { id, sdp: 'answer' };
      }),
      stop: vi.fn(async (_video: string) => undefined),
      subscribe: vi.fn(async (_video: string, _quality: VideoQuality) => ({
        id: `subscription ${++count}`,
        sdp: 'offer',
      })),
      answer: vi.fn(async () => undefined),
      setQuality: vi.fn(async () => undefined),
      unsubscribe: vi.fn(async () => undefined),
      connect: () => {
        const made = new FakeConnection();
        connections.push(made);
        return made as unknown as RTCPeerConnection;
      },
      open: vi.fn(async (): Promise<Captured> => ({ track: track() })),
      wantsSound: vi.fn(() => false),
      sendSound: vi.fn(),
      onBlurSwitched: vi.fn((call: () => void) => {
        blurSwitched = call;
        return forgetBlur;
      }),
      schedule: (task: () => void) => void tasks.push(task),
    } satisfies MeetingDependencies;
    const meeting = new Meeting(server);
    return { meeting, server, there, connections, tasks, switchBlur: () => blurSwitched(), forgetBlur };
  }

  const other = (id: string): Video => ({ id, participant: 'p', source: 'camera', quality: 'off', own: false });

  it('are sent in the quality that the others need', async () => {
    const { meeting, server, connections, there } = setup();
    await meeting.send('camera', true);
    await settled();
    expect(meeting.state.state.camera).toBe('on');
    const [sender] = connections[0]!.senders;
    expect(sender!.parameters.encodings[0]!.active).toBe(false);
    meeting.handleEvent([{ ...there[0]!, quality: 'low' }]);
    await settled();
    expect(sender!.parameters.encodings[0]).toMatchObject({ active: true, scaleResolutionDownBy: 4 });
    await meeting.send('camera', false);
    expect(server.stop).toHaveBeenCalledWith('video 1');
    expect(meeting.state.state).toMatchObject({ camera: 'off', own: {} });
  });

  it('wait until the user has entered the meeting', async () => {
    const { meeting, server } = setup();
    server.publish.mockRejectedValueOnce(new Problem('forbidden', 403, 'Only participants.'));
    await meeting.send('camera', true);
    expect(meeting.state.state).toMatchObject({ camera: 'starting', refused: undefined });
    meeting.handleEvent([]);
    await settled();
    expect(meeting.state.state.camera).toBe('on');
  });

  it('are sent again when the server has lost them, or their connection failed', async () => {
    const { meeting, server, there, connections } = setup();
    await meeting.send('camera', true);
    await settled();
    there.length = 0;
    meeting.handleEvent([]);
    await settled();
    expect(server.publish).toHaveBeenCalledTimes(2);
    connections.at(-1)!.fail();
    await settled();
    expect(server.publish.mock.calls.map(([, , again]) => again)).toEqual([false, true, true]);
    expect(connections.map((each) => each.closed)).toEqual([true, true, false]);
  });

  it('are not sent again because of an event older than their publication', async () => {
    const { meeting, server } = setup();
    await meeting.send('camera', true);
    meeting.handleEvent([]);
    await settled();
    expect(server.publish).toHaveBeenCalledTimes(1);
  });

  it('tell why the server refuses one, and stop the camera', async () => {
    const { meeting, server } = setup();
    const opened = track();
    server.open.mockResolvedValueOnce({ track: opened });
    server.publish.mockRejectedValueOnce(new Problem('conflict', 409, 'Too many.'));
    await meeting.send('camera', true);
    expect(meeting.state.state).toMatchObject({ camera: 'off', refused: { status: 409 } });
    expect(opened.stop).toHaveBeenCalled();
  });

  it('say that the camera is blocked, but not that the choice of a screen was cancelled', async () => {
    const { meeting, server } = setup();
    server.open.mockRejectedValueOnce(new CaptureError('camera', 'refused'));
    await meeting.send('camera', true);
    expect(meeting.state.state.captureError?.source).toBe('camera');
    server.open.mockRejectedValueOnce(new CaptureError('screen', 'refused'));
    await meeting.send('screen', true);
    expect(meeting.state.state).toMatchObject({ screen: 'off', captureError: undefined });
  });

  it('show the camera with another background once that is switched, without a new publication', async () => {
    const { meeting, server, connections, switchBlur, forgetBlur } = setup();
    const [before, after] = [track(), track()];
    switchBlur();
    expect(sameCamera).not.toHaveBeenCalled();
    server.open.mockResolvedValueOnce({ track: before });
    await meeting.send('camera', true);
    vi.mocked(sameCamera).mockResolvedValueOnce(after);
    switchBlur();
    await settled();
    expect(before.stop).toHaveBeenCalled();
    expect(vi.mocked(sameCamera).mock.calls).toEqual([[before]]);
    expect(connections[0]!.senders[0]!.track).toBe(after);
    expect(server.publish).toHaveBeenCalledTimes(1);
    vi.mocked(sameCamera).mockRejectedValueOnce(new CaptureError('camera', 'blur'));
    switchBlur();
    await settled();
    expect(meeting.state.state).toMatchObject({ camera: 'off', captureError: { reason: 'blur' } });
    meeting.close();
    expect(forgetBlur).toHaveBeenCalled();
  });

  it('show the camera that is opened last of two, which are opened one after the other', async () => {
    const { meeting, connections, switchBlur } = setup();
    await meeting.send('camera', true);
    let answer: (opened: MediaStreamTrack) => void = () => undefined;
    const [first, second] = [track(), track()];
    vi.mocked(sameCamera).mockReturnValueOnce(new Promise((done) => (answer = done)));
    switchBlur();
    const next = vi.fn(async (before: MediaStreamTrack) => (before === first ? second : before));
    const switched = meeting.switchCamera(next);
    await settled();
    expect(next).not.toHaveBeenCalled();
    answer(first);
    await switched;
    expect(first.stop).toHaveBeenCalled();
    expect(connections[0]!.senders[0]!.track).toBe(second);
    expect(meeting.state.state).toMatchObject({ camera: 'on', captureError: undefined });
  });

  it('leave the camera off if a change fails while another one is asked for', async () => {
    const { meeting, switchBlur } = setup();
    await meeting.send('camera', true);
    let fail: (fault: unknown) => void = () => undefined;
    vi.mocked(sameCamera).mockReturnValueOnce(new Promise((_, reject) => (fail = reject)));
    switchBlur();
    const next = vi.fn(async () => track());
    const switched = meeting.switchCamera(next);
    await settled();
    fail(new CaptureError('camera', 'busy'));
    await switched;
    expect(next).not.toHaveBeenCalled();
    expect(meeting.state.state).toMatchObject({ camera: 'off', captureError: { reason: 'busy' } });
  });

  it('say why the camera has ended by itself', async () => {
    const { meeting, server } = setup();
    const ends = track();
    server.open.mockResolvedValueOnce({ track: ends });
    await meeting.send('camera', true);
    vi.mocked(lossOf).mockReturnValueOnce(new CaptureError('camera', 'blur'));
    ends.onended!(new Event('ended'));
    expect(meeting.state.state).toMatchObject({ camera: 'off', captureError: { reason: 'blur' } });
  });

  it('stay off when the blur that has ended the camera is switched off: that is for its notice', async () => {
    const { meeting, server, switchBlur } = setup();
    const ends = track();
    server.open.mockResolvedValueOnce({ track: ends });
    await meeting.send('camera', true);
    vi.mocked(lossOf).mockReturnValueOnce(new CaptureError('camera', 'blur'));
    ends.onended!(new Event('ended'));
    switchBlur();
    await settled();
    expect(server.publish).toHaveBeenCalledTimes(1);
    expect(meeting.state.state).toMatchObject({ camera: 'off', captureError: { reason: 'blur' } });
  });

  it('of a screen have their sound sent with the voice, until the sharing ends', async () => {
    const { meeting, server } = setup();
    const [screen, sound] = [track(), track()];
    server.open.mockResolvedValueOnce({ track: screen, sound });
    server.wantsSound.mockReturnValue(true);
    await meeting.send('screen', true);
    expect(server.sendSound.mock.calls).toEqual([[sound]]);
    expect(meeting.state.state.soundMissing).toBeUndefined();
    screen.onended?.(new Event('ended'));
    expect(server.sendSound.mock.lastCall).toEqual([undefined]);
    expect(sound.stop).toHaveBeenCalled();
  });

  it('say that a screen came without the sound that was wanted', async () => {
    const { meeting, server } = setup();
    await meeting.send('screen', true);
    expect(meeting.state.state.soundMissing).toBeUndefined();
    await meeting.send('screen', false);
    server.wantsSound.mockReturnValue(true);
    await meeting.send('screen', true);
    expect(meeting.state.state.soundMissing).toBe(true);
    meeting.dismiss();
    expect(meeting.state.state.soundMissing).toBeUndefined();
    await meeting.send('screen', false);
    await meeting.send('screen', true);
    await meeting.send('screen', false);
    expect(meeting.state.state.soundMissing).toBeUndefined();
    expect(server.sendSound).not.toHaveBeenCalled();
  });

  it('are received only while they are shown', async () => {
    const { meeting, server } = setup();
    meeting.handleEvent([other('a'), other('b')]);
    meeting.show(new Map([['a', 'high' as const]]));
    await settled();
    expect(Object.keys(meeting.state.state.streams)).toEqual(['a']);
    meeting.show(new Map([['a', 'low' as const]]));
    expect(server.setQuality).toHaveBeenCalledWith('a', 'subscription 1', 'low');
    meeting.show(new Map());
    expect(server.unsubscribe).toHaveBeenCalledWith('a', 'subscription 1');
    expect(meeting.state.state.streams).toEqual({});
    expect(server.subscribe).toHaveBeenCalledTimes(1);
  });

  it('are received again after a failure', async () => {
    const { meeting, server, connections, tasks } = setup();
    meeting.handleEvent([other('a')]);
    meeting.show(new Map([['a', 'high' as const]]));
    await settled();
    connections[0]!.fail();
    expect(meeting.state.state.streams).toEqual({});
    tasks.forEach((task) => task());
    await settled();
    expect(server.subscribe).toHaveBeenCalledTimes(2);
    expect(Object.keys(meeting.state.state.streams)).toEqual(['a']);
  });

  it('end with a video and with the meeting', async () => {
    const { meeting, connections } = setup();
    meeting.handleEvent([other('a')]);
    meeting.show(new Map([['a', 'high' as const]]));
    await meeting.send('camera', true);
    meeting.close();
    await settled();
    expect(connections.every((each) => each.closed)).toBe(true);
  });

  it('left over from before a reload are stopped', async () => {
    const { meeting, server, there } = setup();
    there.push({ ...other('old'), own: true });
    await meeting.refresh();
    expect(server.stop).toHaveBeenCalledWith('old');
  });
});

describe('an encoding', () => {
  it('keeps the size of a screen', () => {
    expect(encodingFor('screen', 'low', 2560)).toMatchObject({ scaleResolutionDownBy: 1, active: true });
  });

  it('reduces a camera for small tiles, but enlarges none', () => {
    expect(encodingFor('camera', 'low', 640).scaleResolutionDownBy).toBe(2);
    expect(encodingFor('camera', 'high', 640).scaleResolutionDownBy).toBe(1);
    expect(encodingFor('camera', 'off', 640).active).toBe(false);
  });
});
