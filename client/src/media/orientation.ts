/** Pure functions on the orientation of the device, without browser APIs. */

/** The up vector in device axes: x to the right edge, y to the top edge, z out of the screen. Length 1. */
export interface Orientation {
  x: number;
  y: number;
  z: number;
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/**
 * From the angles of a `deviceorientation` event (W3C Device Orientation, section 3: beta about x, then gamma about y).
 * They mean the same on every system, unlike the signs of `accelerationIncludingGravity`.
 */
export function orientationFromAngles(beta: number, gamma: number): Orientation {
  const [b, g] = [radians(beta), radians(gamma)];
  return { x: -Math.cos(b) * Math.sin(g), y: Math.sin(b), z: Math.cos(b) * Math.cos(g) };
}

export type Layout = 'portrait' | 'landscape';

/** Ratio between the axes at which the layout changes; in between, and when flat, it stays. */
const LAYOUT_RATIO = 1.4;
const FLAT_THRESHOLD = 0.35;

export function nextLayout(before: Layout, { x, y }: Orientation): Layout {
  const [horizontal, vertical] = [Math.abs(x), Math.abs(y)];
  if (Math.hypot(x, y) < FLAT_THRESHOLD) return before;
  if (horizontal > vertical * LAYOUT_RATIO) return 'landscape';
  if (vertical > horizontal * LAYOUT_RATIO) return 'portrait';
  return before;
}

/**
 * Degrees, clockwise, by which a video must be rotated to be upright where the system locks the screen in portrait
 * although the device is held in landscape. A landscape screen has rotated already.
 */
export function rotationFor(screenLayout: Layout, deviceLayout: Layout, { x }: Orientation): 0 | 90 | -90 {
  if (screenLayout === 'landscape' || deviceLayout === 'portrait') return 0;
  return x > 0 ? 90 : -90;
}

/**
 * Proximity estimated from motion, where there is no proximity sensor. At the ear the screen faces sideways (z small),
 * the top edge is up (y), and the phone leans towards the mouth (x clearly not 0). In front of the eyes it leans back
 * (z large) or stands straight (x near 0). The posture counts only soon after a brisk turn and once held for a moment.
 * It ends as soon as the posture ends: a dark screen in front of the eyes is worse than a lit one at the ear.
 */
export interface ProximityState {
  near: boolean;
  /** Time of the last brisk turn, in milliseconds. */
  lastTurnAt: number;
  /** Time since the posture was entered (or, when near, left); undefined otherwise. */
  since?: number;
}

export interface ProximityReading {
  at: number;
  orientation: Orientation;
  /** Maximum turn rate since the previous reading, degrees per second. */
  turnRate: number;
}

export const NOT_NEAR: ProximityState = { near: false, lastTurnAt: -Infinity };

const BRISK_TURN = 60;
const POSTURE_WINDOW_MS = 2_500;
const ENTER_MS = 300;
const LEAVE_MS = 200;

/** Posture check with hysteresis, so that a nod does not light the screen. */
function isEarPosture({ x, y, z }: Orientation, near: boolean): boolean {
  const [sideways, upright, leaning] = near ? [0.65, 0.1, 0.12] : [0.5, 0.25, 0.25];
  return Math.abs(z) < sideways && y > upright && Math.abs(x) > leaning;
}

export function nextProximity(before: ProximityState, { at, orientation, turnRate }: ProximityReading): ProximityState {
  const lastTurnAt = turnRate > BRISK_TURN ? at : before.lastTurnAt;
  const inPosture = isEarPosture(orientation, before.near);
  if (inPosture === before.near) return { near: before.near, lastTurnAt };
  const since = before.since ?? at;
  if (before.near) return at - since >= LEAVE_MS ? { near: false, lastTurnAt } : { near: true, lastTurnAt, since };
  if (since - lastTurnAt > POSTURE_WINDOW_MS) return { near: false, lastTurnAt, since };
  return at - since >= ENTER_MS ? { near: true, lastTurnAt } : { near: false, lastTurnAt, since };
}
