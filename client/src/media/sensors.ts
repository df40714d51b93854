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
 * How the device is held, during a call or while a code is scanned, and only if `preferences.sensors` allows it. Readings are
 * looked at and forgotten: what is left of them are the values below, and none of them leaves this page.
 */

/** The screen is turned to a face: it is to be dark, and deaf to touch. */
export const nearEar = createStore(false);

/** How the device lies in the hand, also while the system holds the screen's own layout still. */
export const deviceLayout = createStore<Layout>(screenLayout());

/** By how many degrees a picture is to be turned to stand upright before the eyes, where the screen does not turn itself. */
export const pictureRotation = createStore<0 | 90 | -90>(0);

/** `proximity`: the browser tells; `motion`: guessed from how it is held; `none`: there is nothing to read here. */
export const sensing = createStore<'off' | 'proximity' | 'motion' | 'none'>('off');

/** No more often than this is a reading looked at. Milliseconds. */
const SAMPLE_INTERVAL_MS = 100;

let users = 0;
let stopListening: (() => void) | undefined;

/** Read until `stopSensors` is called as often. */
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

/** iOS asks the person, and only while they press something that says why: call it there. True if readings may come. */
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
    // A browser that keeps nothing: the person is asked each time.
  }
  return granted;
}

/** Who said yes is not asked again, but iOS wants to hear of it anew on each page, at a press: call it as a call begins. */
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

/** Ways of reading; each returns how to stop. */
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
    return undefined; // Forbidden by the browser's settings: motion may be allowed.
  }
}

function listenToMotion(guessProximity: boolean): () => void {
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
    if (guessProximity) {
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

/** Devices that sense nothing still turn their screens. */
function listenToScreen(): () => void {
  const onChange = () => deviceLayout.setState(screenLayout);
  screen.orientation?.addEventListener('change', onChange);
  onChange();
  return () => screen.orientation?.removeEventListener('change', onChange);
}

/** By the screen, not the window: a keyboard on the screen makes a window broad. */
function screenLayout(): Layout {
  const kind = (screen.orientation as ScreenOrientation | undefined)?.type;
  const broad = kind ? kind.startsWith('landscape') : screen.width > screen.height;
  return broad ? 'landscape' : 'portrait';
}
