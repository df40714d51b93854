import { createStore } from './store';

/** Settings of this device. They contain no personal data, so they survive sign-out. */
export interface Preferences {
  language: 'auto' | 'en' | 'de';
  /** Read orientation and motion during calls. */
  sensors: boolean;
  microphone: string;
  camera: string;
  speaker: string;
  /** Suppress background noise in calls, on this device. */
  noiseSuppression: boolean;
  /** Blur the background of the camera, on this device. */
  backgroundBlur: boolean;
  /** Send the sound of a screen that is shared. */
  screenSound: boolean;
  ringtone: boolean;
  /** Answer by itself when the user has clicked to dial elsewhere. */
  answerClickToDial: boolean;
  /** Height of table rows. */
  density: 'comfortable' | 'compact';
  /** The navigation of the portal shows icons only. */
  navigationCollapsed: boolean;
  /** Titles of the columns that are hidden, by the label of the table. */
  hiddenColumns: Record<string, string[]>;
}

const KEY = 'unificx.preferences';
const DEFAULTS: Preferences = {
  language: 'auto',
  sensors: true,
  microphone: '',
  camera: '',
  speaker: '',
  noiseSuppression: false,
  backgroundBlur: false,
  screenSound: false,
  ringtone: true,
  answerClickToDial: false,
  density: 'comfortable',
  navigationCollapsed: false,
  hiddenColumns: {},
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
    // Storage unavailable: the settings last until the page is closed.
  }
}

/** Let the style sheets know the density, now and after each change. */
export function applyDensity(): void {
  const apply = () => document.documentElement.setAttribute('data-density', preferences.state.density);
  preferences.subscribe(apply);
  apply();
}
