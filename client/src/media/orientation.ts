/** Pure reading of how a telephone is held: nothing here knows a browser. */

/** Which way is up, in the device's own axes: x to the right edge, y to the top edge, z out of the screen. Length 1. */
export interface Orientation {
  x: number;
  y: number;
  z: number;
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/**
 * From the angles of a `deviceorientation` event (W3C Device Orientation, section 3: beta about x, then gamma about y). They
 * mean the same on every system, which the signs of `accelerationIncludingGravity` do not.
 */
export function orientationFromAngles(beta: number, gamma: number): Orientation {
  const [b, g] = [radians(beta), radians(gamma)];
  return { x: -Math.cos(b) * Math.sin(g), y: Math.sin(b), z: Math.cos(b) * Math.cos(g) };
}

export type Layout = 'portrait' | 'landscape';

/** How much more one edge must point up than the other before the layout changes: between, and lying flat, it stays. */
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
 * By how many degrees, clockwise, a picture is to be turned to stand upright before the eyes: where the system holds the screen
 * upright although the device lies across. A screen that lies across itself has turned already.
 */
export function rotationFor(screenLayout: Layout, deviceLayout: Layout, { x }: Orientation): 0 | 90 | -90 {
  if (screenLayout === 'landscape' || deviceLayout === 'portrait') return 0;
  return x > 0 ? 90 : -90;
}

/**
 * At the ear or not, where no sensor of nearness tells. A telephone at the ear stands on its long edge along the jaw: its
 * screen looks sideways (z small), its top edge is up (y), and it leans towards the mouth (x clearly not 0). Held before the
 * eyes it leans back (z large) or stands straight (x near 0). It gets to the ear by a brisk turn, so the posture counts
 * only soon after one, and once it has been held for a moment. It is left as soon as the posture is: a screen
 * that stays dark in front of somebody's eyes is worse than one that is lit at the ear.
 */
export interface ProximityState {
  near: boolean;
  /** When the last brisk turn was, in milliseconds. */
  lastTurnAt: number;
  /** Since when it has been in the posture (or, when near, out of it); undefined if it is not. */
  since?: number;
}

export interface ProximityReading {
  at: number;
  orientation: Orientation;
  /** The briskest turn since the reading before, degrees a second. */
  turnRate: number;
}

export const NOT_NEAR: ProximityState = { near: false, lastTurnAt: -Infinity };

const BRISK_TURN = 60;
const POSTURE_WINDOW_MS = 2_500;
const ENTER_MS = 300;
const LEAVE_MS = 200;

/** The posture; looser for who is in it already, so that a nod does not light the screen. */
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
