/** Keep the screen on; returns how to let it go. Taken again when the page comes back to the front. */
export function stayAwake(): () => void {
  if (!('wakeLock' in navigator)) return () => undefined;
  let wanted = true;
  let held: WakeLockSentinel | undefined;
  const take = async () => {
    if (!wanted || document.visibilityState !== 'visible') return;
    held = await navigator.wakeLock.request('screen').catch(() => undefined); // Refused at a low battery: the call goes on.
    if (!wanted) await held?.release();
  };
  const again = () => void take();
  document.addEventListener('visibilitychange', again);
  void take();
  return () => {
    wanted = false;
    document.removeEventListener('visibilitychange', again);
    void held?.release().catch(() => undefined);
  };
}

export function canFloat(): boolean {
  return document.pictureInPictureEnabled === true;
}

/** Show a video in a small window of its own above all others, or take it back. */
export async function float(video: HTMLVideoElement): Promise<void> {
  if (document.pictureInPictureElement) return document.exitPictureInPicture();
  await video.requestPictureInPicture().catch(() => undefined);
}

/** Shake a phone that lies on the table; returns how to stop. */
export function shake(): () => void {
  if (!('vibrate' in navigator)) return () => undefined;
  const once = () => navigator.vibrate([600, 300, 600]);
  once();
  const again = setInterval(once, 3000);
  return () => {
    clearInterval(again);
    navigator.vibrate(0);
  };
}
