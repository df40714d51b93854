import type { Store } from '~/core/store';
import type { CallState } from './call-state';

/** Resolves when a missing microphone was mended or accepted, or the call has ended. */
export function microphoneDecision(state: Pick<Store<CallState>, 'subscribe'>): Promise<void> {
  return new Promise((resolve) => {
    const subscription = state.subscribe(({ captureError, phase }) => {
      if (captureError && phase !== 'ended') return;
      subscription.unsubscribe();
      resolve();
    });
  });
}
