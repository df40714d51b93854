import { preferences } from '~/core/preferences';
import { createStore } from '~/core/store';
import {
  orientationFromAngles,
  nextProximity,
  NOT_NEAR,
  nextLayout,
  rotationFor,
  type ProximityState,
  type Layout,
} from './orientation';

/**
 * Device orientation during a call, only if `preferences.sensors` allows it. Readings are not stored;
 * only the values below are kept, and they never leave this page.
 */

/** The phone is at the ear: the screen must be dark and ignore touch. */
export const nearEar = createStore(false);

/** Layout in which the device is held, even if the system locks the screen layout. */
export const deviceLayout = createStore<Layout>(screenLayout());

/** Degrees by which a video must be rotated to be upright where the screen does not rotate itself. */
export const pictureRotation = createStore<0 | 90 | -90>(0);

/** `proximity`: sensor; `motion`: estimated from orientation; `none`: no sensors. */
export const sensing = createStore<'off' | 'proximity' | 'motion' | 'none'>('off');

/** Minimum interval between readings. Milliseconds. */
const SAMPLE_INTERVAL_MS = 100;

let users = 0;
let stopListening: (() => void) | undefined;

/** Read the sensors until `stopSensors` has been called as often. */
export function startSensors(): void {
  users += 1;
  if (users === 1) update();
}

export function stopSensors(): void {
  users = Math.max(0, users - 1);
  if (users === 0) update();
}

preferences.subscribe(update);

function update(): void {
  const wanted = users > 0 && preferences.state.sensors;
  if (wanted && !stopListening) stopListening = listen();
  if (!wanted && stopListening) {
    stopListening();
    stopListening = undefined;
  }
}

interface PermissionRequester {
  requestPermission?: () => Promise<PermissionState>;
}

const GRANTED_KEY = 'unificx.sensors';

/** Prompt for sensor permission; iOS requires a user gesture. True if readings are allowed. */
export async function requestSensorPermission(): Promise<boolean> {
  if (!preferences.state.sensors) return false;
  const kinds = [window.DeviceMotionEvent, window.DeviceOrientationEvent] as (PermissionRequester | undefined)[];
  const answers = await Promise.all(
    kinds.map((kind) => kind?.requestPermission?.call(kind).catch((): PermissionState => 'denied') ?? 'granted'),
  );
  const granted = answers.every((each) => each === 'granted');
  try {
    if (granted) localStorage.setItem(GRANTED_KEY, 'yes');
    else localStorage.removeItem(GRANTED_KEY);
  } catch {
    // Storage unavailable: the user is asked each time.
  }
  return granted;
}

/** Renew a granted permission: iOS requires it on each page, on a user gesture. Call when a call starts. */
export function restoreSensorPermission(): void {
  if (wasGranted()) void requestSensorPermission();
}

function wasGranted(): boolean {
  try {
    return localStorage.getItem(GRANTED_KEY) !== null;
  } catch {
    return false;
  }
}

/** Start all listeners. Returns the stop function. */
function listen(): () => void {
  const near = listenToProximity();
  sensing.setState(() => (near ? 'proximity' : 'none'));
  const stops = [near, listenToMotion(!near), listenToScreen()];
  return () => {
    for (const stop of stops) stop?.();
    sensing.setState(() => 'off');
    nearEar.setState(() => false);
    pictureRotation.setState(() => 0);
    deviceLayout.setState(screenLayout);
  };
}

interface ProximityReader extends EventTarget {
  near: boolean | null;
  start(): void;
  stop(): void;
}

function listenToProximity(): (() => void) | undefined {
  const Reader = (window as { ProximitySensor?: new () => ProximityReader }).ProximitySensor;
  if (!Reader) return undefined;
  try {
    const reader = new Reader();
    reader.addEventListener('reading', () => nearEar.setState(() => reader.near === true));
    reader.start();
    return () => reader.stop();
  } catch {
    return undefined; // Blocked by browser settings: motion may be allowed.
  }
}

function listenToMotion(estimateProximity: boolean): () => void {
  let state: ProximityState = NOT_NEAR;
  let turnRate = 0;
  let lastSample = -Infinity;
  const onMotion = ({ rotationRate }: DeviceMotionEvent) => {
    const { alpha, beta, gamma } = rotationRate ?? {};
    turnRate = Math.max(turnRate, Math.hypot(alpha ?? 0, beta ?? 0, gamma ?? 0));
  };
  const onOrientation = ({ beta, gamma, timeStamp }: DeviceOrientationEvent) => {
    if (beta === null || gamma === null || timeStamp - lastSample < SAMPLE_INTERVAL_MS) return;
    lastSample = timeStamp;
    const orientation = orientationFromAngles(beta, gamma);
    if (estimateProximity) {
      state = nextProximity(state, { at: timeStamp, orientation, turnRate });
      nearEar.setState(() => state.near);
      sensing.setState(() => 'motion');
    }
    turnRate = 0;
    deviceLayout.setState((before) => nextLayout(before, orientation));
    pictureRotation.setState(() => rotationFor(screenLayout(), deviceLayout.state, orientation));
  };
  window.addEventListener('devicemotion', onMotion);
  window.addEventListener('deviceorientation', onOrientation);
  return () => {
    window.removeEventListener('devicemotion', onMotion);
    window.removeEventListener('deviceorientation', onOrientation);
  };
}

/** Devices without sensors still rotate their screens. */
function listenToScreen(): () => void {
  const onChange = () => deviceLayout.setState(screenLayout);
  screen.orientation?.addEventListener('change', onChange);
  onChange();
  return () => screen.orientation?.removeEventListener('change', onChange);
}

/** Use the screen, not the window: an on-screen keyboard makes the window wide. */
function screenLayout(): Layout {
  const kind = (screen.orientation as ScreenOrientation | undefined)?.type;
  const broad = kind ? kind.startsWith('landscape') : screen.width > screen.height;
  return broad ? 'landscape' : 'portrait';
}
