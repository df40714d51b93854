import { push } from '~/api/push';
import { selfTestDependencies } from '~/features/self-test';
import { phone } from '~/sip';
import type { WelcomeDependencies } from './model';
import { finishOnboarding } from './state';

/** How long the registration of the service worker may take to begin, milliseconds. */
const WORKER_TIMEOUT_MS = 6_000;

export const welcomeDependencies: WelcomeDependencies = {
  microphone: (level) => selfTestDependencies.microphone(level),
  pushState: () => push.state.state.state,
  askNotifications: () => push.requestPermission(),
  push: () => selfTestDependencies.push(),
  registration: () => selfTestDependencies.registration(),
  call: () => selfTestDependencies.call(),
  takeOver: () => phone.takeOver(),
  needsHomeScreen: () => isAppleMobile() && !matchMedia('(display-mode: standalone)').matches,
  hasWorker,
  finish: finishOnboarding,
};

/** Wait while it is being installed, which takes long on a slow network. A failed installation leaves no registration. */
async function hasWorker(): Promise<boolean> {
  let begun = false;
  for (const end = Date.now() + WORKER_TIMEOUT_MS; begun || Date.now() < end; await sleep(200)) {
    const registration = await navigator.serviceWorker.getRegistration('/app/').catch(() => undefined);
    if (registration?.active) return true;
    if (begun && !registration) return false;
    begun ||= registration !== undefined;
  }
  return false;
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** iPadOS reports itself as a Mac, but has a touch screen. */
function isAppleMobile(): boolean {
  return (
    /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1)
  );
}
