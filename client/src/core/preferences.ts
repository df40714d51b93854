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
const DEFAULTS: Preferences = {
  language: 'auto',
  sensors: true,
  microphone: '',
  camera: '',
  speaker: '',
  ringtone: true,
};

function loadPreferences(): Preferences {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return { ...DEFAULTS, ...(found as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

export const preferences = createStore<Preferences>(loadPreferences());

export function setPreferences(change: Partial<Preferences>): void {
  preferences.setState((before) => ({ ...before, ...change }));
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.state));
  } catch {
    // A browser that keeps nothing: it is as asked until the page is closed.
  }
}
