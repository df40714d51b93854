import { onSignOut, session } from '~/api/session';
import { currentOwner, readLocal, saveLocal } from '~/core/device-storage';
import { createStore } from '~/core/store';

const KEY = 'onboarding';

/** Whether this phone has been set up: its user has confirmed that it rings. */
export const onboarding = createStore<{ done?: boolean }>({});

/** The user signed in within this page, and has not left the set-up yet. */
let justSignedIn = false;

/** Call once, before the session is restored. */
export function watchForNewcomers(): void {
  let before = session.state.state;
  session.subscribe((now) => {
    if (before === 'out' && now.state === 'in') justSignedIn = true;
    before = now.state;
  });
  onSignOut(() => {
    justSignedIn = false;
    onboarding.setState(() => ({}));
  });
}

/** Whether to show the set-up instead of the start screen: after a sign-in, until it is finished or left. */
export async function shouldWelcome(): Promise<boolean> {
  return justSignedIn && !(await restoreOnboarding());
}

export async function restoreOnboarding(): Promise<boolean> {
  const done = onboarding.state.done ?? (await readLocal(KEY)) === 'done';
  onboarding.setState(() => ({ done }));
  return done;
}

/** The set-up can be left at any time; the pad offers it again. */
export function leaveOnboarding(): void {
  justSignedIn = false;
}

export function finishOnboarding(): void {
  leaveOnboarding();
  onboarding.setState(() => ({ done: true }));
  void saveLocal(currentOwner(), KEY, 'done');
}
