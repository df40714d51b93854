/** Keep the screen on; returns how to let it go. Taken again when the page comes back to the front. */
export function keepScreenOn(): () => void {
  if (!('wakeLock' in navigator)) return () => undefined;
  let wanted = true;
  let lock: WakeLockSentinel | undefined;
  const acquire = async () => {
    if (!wanted || document.visibilityState !== 'visible') return;
    lock = await navigator.wakeLock.request('screen').catch(() => undefined); // Refused at a low battery: the call goes on.
    if (!wanted) await lock?.release();
  };
  const onVisibilityChange = () => void acquire();
  document.addEventListener('visibilitychange', onVisibilityChange);
  void acquire();
  return () => {
    wanted = false;
    document.removeEventListener('visibilitychange', onVisibilityChange);
    void lock?.release().catch(() => undefined);
  };
}

export function supportsPictureInPicture(): boolean {
  return document.pictureInPictureEnabled === true;
}

/** Show a video in a small window of its own above all others, or take it back. */
export async function togglePictureInPicture(video: HTMLVideoElement): Promise<void> {
  if (document.pictureInPictureElement) return document.exitPictureInPicture();
  await video.requestPictureInPicture().catch(() => undefined);
}

/** Shake a phone that lies on the table; returns how to stop. */
export function vibrate(): () => void {
  if (!('vibrate' in navigator)) return () => undefined;
  const once = () => navigator.vibrate([600, 300, 600]);
  once();
  const timer = setInterval(once, 3000);
  return () => {
    clearInterval(timer);
    navigator.vibrate(0);
  };
}
