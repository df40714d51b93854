import { preferences } from '~/core/preferences';
import { canSelectSpeaker } from '~/media/devices';
import type { Sound, PlaybackListener } from './model';

/** Return the audio format to request: Opus in Ogg if playable, otherwise WAV. */
export function audioFormat(): 'ogg' | 'wav' {
  return new Audio().canPlayType('audio/ogg; codecs=opus') ? 'ogg' : 'wav';
}

/** Create a playable sound on the selected speaker; rejects if it cannot be decoded. */
export async function createSound(blob: Blob, listener: PlaybackListener): Promise<Sound> {
  const element = new Audio();
  const url = URL.createObjectURL(blob);
  let frame = 0;
  const updatePosition = () => {
    listener.position(element.currentTime);
    frame = requestAnimationFrame(updatePosition);
  };
  const onStopped = () => {
    cancelAnimationFrame(frame);
    listener.position(element.currentTime);
    listener.playing(false);
  };
  element.onplay = () => {
    updatePosition();
    listener.playing(true);
  };
  element.onpause = onStopped;
  element.onended = onStopped;
  const close = () => {
    element.onpause = null;
    element.pause();
    cancelAnimationFrame(frame);
    element.removeAttribute('src');
    URL.revokeObjectURL(url);
  };
  try {
    await new Promise((resolve, reject) => {
      element.onloadedmetadata = resolve;
      element.onerror = () => reject(new Error(element.error?.message));
      element.src = url;
    });
    if (canSelectSpeaker()) await element.setSinkId(preferences.state.speaker).catch(() => undefined);
  } catch (fault) {
    close();
    throw fault;
  }
  return {
    seconds: element.duration,
    play: () => element.play(),
    pause: () => element.pause(),
    seek: (seconds) => void (element.currentTime = seconds),
    setSpeed: (times) => void (element.playbackRate = times),
    close,
  };
}
