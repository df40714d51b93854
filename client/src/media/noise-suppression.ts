import { createStore } from '~/core/store';

/** failed: the voice is sent as the microphone records it. */
export type NoiseSuppression = 'off' | 'starting' | 'on' | 'failed';

/** Whether the background noise of the present call is suppressed on this device. */
export const noiseSuppression = createStore<{ state: NoiseSuppression }>({ state: 'off' });

export function supportsNoiseSuppression(): boolean {
  return 'AudioWorkletNode' in globalThis && 'WebAssembly' in globalThis;
}
