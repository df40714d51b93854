/** The message of the worker: its first frame is blurred, or it has given up. */
export type BlurReport = 'ready' | 'failed';

/** The message to the worker, which then owns both streams. */
export interface BlurTask {
  frames: ReadableStream<VideoFrame>;
  blurred: WritableStream<VideoFrame>;
}

/** Tracks of frames that a page has made exist in browsers with Chromium only. */
export function supportsBackgroundBlur(): boolean {
  return 'MediaStreamTrackGenerator' in globalThis && 'MediaStreamTrackProcessor' in globalThis;
}

/**
 * A track with the video of a camera, its background blurred on this device. It takes the place of the camera: its
 * settings are those of the camera, and stopping it stops both. No frame is ever passed on as it is: rejects if the blur
 * cannot begin, and if it fails later, or the device is too slow for it, calls `onFailure` and ends the track.
 */
export async function blurBackground(camera: MediaStreamTrack, onFailure: () => void): Promise<MediaStreamTrack> {
  const track = new MediaStreamTrackGenerator({ kind: 'video' });
  const worker = new Worker(new URL('./blur-worker.ts', import.meta.url));
  const stop = track.stop.bind(track);
  track.stop = () => {
    stop();
    camera.stop();
    worker.terminate();
  };
  track.getSettings = () => camera.getSettings();
  const { readable } = new MediaStreamTrackProcessor({ track: camera as MediaStreamVideoTrack, maxBufferSize: 1 });
  const task: BlurTask = { frames: readable, blurred: track.writable };
  const begun = await new Promise<boolean>((done) => {
    worker.onmessage = ({ data }: MessageEvent<BlurReport>) => done(data === 'ready');
    worker.onerror = camera.onended = () => done(false);
    worker.postMessage(task, [task.frames, task.blurred]);
  });
  if (!begun) {
    track.stop();
    throw new Error('the background cannot be blurred');
  }
  const end = () => {
    track.stop();
    track.dispatchEvent(new Event('ended'));
  };
  camera.onended = end;
  worker.onmessage = worker.onerror = () => {
    onFailure();
    end();
  };
  return track;
}
