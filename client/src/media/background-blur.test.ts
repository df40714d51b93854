import { beforeEach, describe, expect, it, vi } from 'vitest';
import { blurBackground, type BlurReport } from './background-blur';

class FakeGenerator extends EventTarget {
  writable = {};
  stopped = false;
  stop() {
    this.stopped = true;
  }
}

class FakeWorker {
  onmessage?: (event: { data: BlurReport }) => void;
  onerror?: () => void;
  terminate = vi.fn();
  postMessage = vi.fn();
}

describe('a camera whose background is blurred', () => {
  let worker: FakeWorker;
  let generator: FakeGenerator;
  const onFailure = vi.fn();
  const camera = { onended: null as (() => void) | null, stop: vi.fn(), getSettings: () => ({ deviceId: 'camera 1' }) };
  const begin = () => blurBackground(camera as unknown as MediaStreamTrack, onFailure);

  beforeEach(() => {
    vi.clearAllMocks();
    vi.stubGlobal('MediaStreamTrackProcessor', class {});
    vi.stubGlobal(
      'MediaStreamTrackGenerator',
      class extends FakeGenerator {
        constructor() {
          super();
          generator = this;
        }
      },
    );
    vi.stubGlobal(
      'Worker',
      class extends FakeWorker {
        constructor() {
          super();
          worker = this;
        }
      },
    );
  });

  const expectEverythingStopped = () => {
    expect([generator.stopped, camera.stop.mock.calls.length > 0, worker.terminate.mock.calls.length > 0]).toEqual([
      true,
      true,
      true,
    ]);
  };

  it('takes the place of the camera from its first blurred frame on', async () => {
    const made = begin();
    worker.onmessage!({ data: 'ready' });
    const track = await made;
    expect(track.getSettings()).toEqual({ deviceId: 'camera 1' });
    expect(camera.stop).not.toHaveBeenCalled();
    track.stop();
    expectEverythingStopped();
    expect(onFailure).not.toHaveBeenCalled();
  });

  it.each([
    ['the blur cannot begin', () => worker.onmessage!({ data: 'failed' })],
    ['its program is not found', () => worker.onerror!()],
    ['the camera is unplugged meanwhile', () => camera.onended!()],
  ])('is not there if %s', async (_, happens) => {
    const made = begin();
    happens();
    await expect(made).rejects.toThrow('the background cannot be blurred');
    expectEverythingStopped();
  });

  it.each([
    ['the device is too slow', () => worker.onmessage!({ data: 'failed' }), 1],
    ['its program breaks off', () => worker.onerror!(), 1],
    ['the camera is unplugged', () => camera.onended!(), 0],
  ])('ends when %s', async (_, happens, failures) => {
    const made = begin();
    worker.onmessage!({ data: 'ready' });
    const ended = vi.fn();
    (await made).addEventListener('ended', ended);
    happens();
    expect(onFailure).toHaveBeenCalledTimes(failures);
    expect(ended).toHaveBeenCalledTimes(1);
    expectEverythingStopped();
  });
});
