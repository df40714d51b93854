/** Keep the screen on. Returns the release function. Reacquired when the page becomes visible again. */
export function keepScreenOn(): () => void {
  if (!('wakeLock' in navigator)) return () => undefined;
  let wanted = true;
  let lock: WakeLockSentinel | undefined;
  const acquire = async () => {
    if (!wanted || document.visibilityState !== 'visible') return;
    lock = await navigator.wakeLock.request('screen').catch(() => undefined); // Refused at low battery: the call continues.
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

/** Toggle picture in picture. */
export async function togglePictureInPicture(video: HTMLVideoElement): Promise<void> {
  if (document.pictureInPictureElement) return document.exitPictureInPicture();
  await video.requestPictureInPicture().catch(() => undefined);
}

/** Vibrate for an incoming call. Returns the stop function. */
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
