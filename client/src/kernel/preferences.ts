import { createStore } from './store';

/** How this device is set up. Nothing here says who uses it, so it stays when somebody signs out. */
export interface Preferences {
  language: 'auto' | 'en' | 'de';
  /** Orientation and motion are read during calls. */
  sensors: boolean;
  microphone: string;
  camera: string;
  speaker: string;
  ringtone: boolean;
}

const KEY = 'unificx.preferences';
const USUAL: Preferences = {
  language: 'auto',
  sensors: true,
  microphone: '',
  camera: '',
  speaker: '',
  ringtone: true,
};

function stored(): Preferences {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return { ...USUAL, ...(found as Partial<Preferences>) };
  } catch {
    return USUAL;
  }
}

export const preferences = createStore<Preferences>(stored());

export function prefer(change: Partial<Preferences>): void {
  preferences.setState((before) => ({ ...before, ...change }));
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.state));
  } catch {
    // A browser that keeps nothing: it is as asked until the page is closed.
  }
}
