import { preferences } from '~/kernel/preferences';
import { speakersCanBeChosen } from '~/media/devices';
import type { Sound, Telling } from './model';

/** Whether what is kept as Opus in Ogg can be heard here; asked for as WAV otherwise. */
export function heardAs(): 'ogg' | 'wav' {
  return new Audio().canPlayType('audio/ogg; codecs=opus') ? 'ogg' : 'wav';
}

/** A sound that can be heard, by the loudspeaker that was chosen; rejects what is none. */
export async function soundOf(blob: Blob, telling: Telling): Promise<Sound> {
  const element = new Audio();
  const address = URL.createObjectURL(blob);
  let frame = 0;
  const follow = () => {
    telling.at(element.currentTime);
    frame = requestAnimationFrame(follow);
  };
  const still = () => {
    cancelAnimationFrame(frame);
    telling.at(element.currentTime);
    telling.playing(false);
  };
  element.onplay = () => {
    follow();
    telling.playing(true);
  };
  element.onpause = still;
  element.onended = still;
  const close = () => {
    element.onpause = null;
    element.pause();
    cancelAnimationFrame(frame);
    element.removeAttribute('src');
    URL.revokeObjectURL(address);
  };
  try {
    await new Promise((resolve, reject) => {
      element.onloadedmetadata = resolve;
      element.onerror = () => reject(new Error(element.error?.message));
      element.src = address;
    });
    if (speakersCanBeChosen()) await element.setSinkId(preferences.state.speaker).catch(() => undefined);
  } catch (fault) {
    close();
    throw fault;
  }
  return {
    seconds: element.duration,
    play: () => element.play(),
    pause: () => element.pause(),
    seek: (seconds) => void (element.currentTime = seconds),
    speed: (times) => void (element.playbackRate = times),
    close,
  };
}
