import { preferences } from '~/kernel/preferences';
import { createStore } from '~/kernel/store';
import { attitudeOf, ear, FAR, layout, turnFor, type EarState, type Layout } from './attitude';

/**
 * How the device is held, during a call or while a code is scanned, and only if `preferences.sensors` allows it. Readings are
 * looked at and forgotten: what is left of them are the values below, and none of them leaves this page.
 */

/** The screen is turned to a face: it is to be dark, and deaf to touch. */
export const nearEar = createStore(false);

/** How the device lies in the hand, also while the system holds the screen's own layout still. */
export const orientation = createStore<Layout>(layoutOfScreen());

/** By how many degrees a picture is to be turned to stand upright before the eyes, where the screen does not turn itself. */
export const turn = createStore<0 | 90 | -90>(0);

/** `proximity`: the browser tells; `motion`: guessed from how it is held; `none`: there is nothing to read here. */
export const sensing = createStore<'off' | 'proximity' | 'motion' | 'none'>('off');

/** No more often than this is a reading looked at. Milliseconds. */
const EVERY_MS = 100;

let users = 0;
let close: (() => void) | undefined;

/** Read until `stopSensors` is called as often. */
export function startSensors(): void {
  users += 1;
  if (users === 1) follow();
}

export function stopSensors(): void {
  users = Math.max(0, users - 1);
  if (users === 0) follow();
}

preferences.subscribe(follow);

function follow(): void {
  const wanted = users > 0 && preferences.state.sensors;
  if (wanted && !close) close = open();
  if (!wanted && close) {
    close();
    close = undefined;
  }
}

interface Asks {
  requestPermission?: () => Promise<PermissionState>;
}

const ALLOWED = 'unificx.sensors';

/** iOS asks the person, and only while they press something that says why: call it there. True if readings may come. */
export async function allowSensors(): Promise<boolean> {
  if (!preferences.state.sensors) return false;
  const kinds = [window.DeviceMotionEvent, window.DeviceOrientationEvent] as (Asks | undefined)[];
  const answers = await Promise.all(
    kinds.map((kind) => kind?.requestPermission?.call(kind).catch((): PermissionState => 'denied') ?? 'granted'),
  );
  const allowed = answers.every((each) => each === 'granted');
  try {
    if (allowed) localStorage.setItem(ALLOWED, 'yes');
    else localStorage.removeItem(ALLOWED);
  } catch {
    // A browser that keeps nothing: the person is asked each time.
  }
  return allowed;
}

/** Who said yes is not asked again, but iOS wants to hear of it anew on each page, at a press: call it as a call begins. */
export function resumeSensors(): void {
  if (remembered()) void allowSensors();
}

function remembered(): boolean {
  try {
    return localStorage.getItem(ALLOWED) !== null;
  } catch {
    return false;
  }
}

/** Ways of reading; each returns how to stop. */
function open(): () => void {
  const near = listenToProximity();
  sensing.setState(() => (near ? 'proximity' : 'none'));
  const stops = [near, listenToMotion(!near), listenToScreen()];
  return () => {
    for (const stop of stops) stop?.();
    sensing.setState(() => 'off');
    nearEar.setState(() => false);
    turn.setState(() => 0);
    orientation.setState(layoutOfScreen);
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

function listenToMotion(guessEar: boolean): () => void {
  let state: EarState = FAR;
  let turning = 0;
  let looked = -Infinity;
  const moved = ({ rotationRate }: DeviceMotionEvent) => {
    const { alpha, beta, gamma } = rotationRate ?? {};
    turning = Math.max(turning, Math.hypot(alpha ?? 0, beta ?? 0, gamma ?? 0));
  };
  const turned = ({ beta, gamma, timeStamp }: DeviceOrientationEvent) => {
    if (beta === null || gamma === null || timeStamp - looked < EVERY_MS) return;
    looked = timeStamp;
    const attitude = attitudeOf(beta, gamma);
    if (guessEar) {
      state = ear(state, { at: timeStamp, attitude, turning });
      nearEar.setState(() => state.near);
      sensing.setState(() => 'motion');
    }
    turning = 0;
    orientation.setState((before) => layout(before, attitude));
    turn.setState(() => turnFor(layoutOfScreen(), orientation.state, attitude));
  };
  window.addEventListener('devicemotion', moved);
  window.addEventListener('deviceorientation', turned);
  return () => {
    window.removeEventListener('devicemotion', moved);
    window.removeEventListener('deviceorientation', turned);
  };
}

/** Devices that sense nothing still turn their screens. */
function listenToScreen(): () => void {
  const turned = () => orientation.setState(layoutOfScreen);
  screen.orientation?.addEventListener('change', turned);
  turned();
  return () => screen.orientation?.removeEventListener('change', turned);
}

/** By the screen, not the window: a keyboard on the screen makes a window broad. */
function layoutOfScreen(): Layout {
  const kind = (screen.orientation as ScreenOrientation | undefined)?.type;
  const broad = kind ? kind.startsWith('landscape') : screen.width > screen.height;
  return broad ? 'landscape' : 'portrait';
}
