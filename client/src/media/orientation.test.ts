import { describe, expect, it } from 'vitest';
import {
  orientationFromAngles,
  nextProximity,
  NOT_NEAR,
  nextLayout,
  rotationFor,
  type ProximityState,
  type Layout,
} from './orientation';

/** beta, gamma and turn rate in degrees per second, ten per second: rounded values of real phones. */
type Reading = [beta: number, gamma: number, turning: number];
const times = (count: number, reading: Reading): Reading[] => Array.from({ length: count }, () => reading);

const TABLE = times(20, [2, 1, 1]);
const READING_IN_HAND = times(30, [42, -3, 8]);
const RAISE: Reading[] = [
  [48, -12, 90],
  [58, -28, 190],
  [64, -52, 210],
  [62, -70, 120],
];
const AT_RIGHT_EAR = times(20, [58, -72, 6]);
const AT_LEFT_EAR = times(20, [55, 74, 6]);
const NODDING: Reading[] = [
  [50, -66, 30],
  [44, -60, 40],
  [52, -70, 30],
];
const LOWER: Reading[] = [
  [60, -40, 180],
  [50, -14, 160],
  [42, -4, 60],
];
const VIDEO_UPRIGHT = times(40, [84, -3, 15]);
const VIDEO_ACROSS = times(40, [8, -82, 15]);
const POCKET = times(30, [-70, 20, 20]);
const LYING_ON_THE_SIDE_READING = times(40, [35, -62, 3]);

function run(readings: Reading[], from: ProximityState = NOT_NEAR, begin = 0) {
  let state = from;
  const near = readings.map(([beta, gamma, turnRate], index) => {
    state = nextProximity(state, {
      at: begin + index * 100,
      orientation: orientationFromAngles(beta, gamma),
      turnRate,
    });
    return state.near;
  });
  return { near, state, last: near.at(-1)! };
}

describe('the orientation', () => {
  it('follows the angles of the browser', () => {
    const close = (beta: number, gamma: number, x: number, y: number, z: number) => {
      const up = orientationFromAngles(beta, gamma);
      expect([up.x, up.y, up.z].map((each) => Math.round(each * 100) / 100 + 0)).toEqual([x, y, z]);
    };
    close(0, 0, 0, 0, 1);
    close(90, 0, 0, 1, 0);
    close(0, 90, -1, 0, 0);
    close(0, -90, 1, 0, 0);
    close(180, 0, 0, 0, -1);
  });
});

describe('the layout', () => {
  const seen = (before: Layout, readings: Reading[]) =>
    readings.reduce((now, [beta, gamma]) => nextLayout(now, orientationFromAngles(beta, gamma)), before);

  it('follows the device and stays unchanged while flat or in between', () => {
    expect(seen('portrait', VIDEO_ACROSS)).toBe('landscape');
    expect(seen('landscape', VIDEO_UPRIGHT)).toBe('portrait');
    expect(seen('landscape', TABLE)).toBe('landscape');
    expect(seen('portrait', TABLE)).toBe('portrait');
    expect(seen('portrait', [[35, 40, 0]])).toBe('portrait');
    expect(seen('landscape', [[35, 40, 0]])).toBe('landscape');
  });
});

describe('the picture rotation', () => {
  it('applies where the system does not rotate the screen', () => {
    expect(rotationFor('portrait', 'landscape', orientationFromAngles(5, -85))).toBe(90);
    expect(rotationFor('portrait', 'landscape', orientationFromAngles(5, 85))).toBe(-90);
    expect(rotationFor('portrait', 'portrait', orientationFromAngles(85, 0))).toBe(0);
    expect(rotationFor('landscape', 'landscape', orientationFromAngles(5, -85))).toBe(0);
  });
});

describe('proximity', () => {
  it.each([
    ['right', AT_RIGHT_EAR],
    ['left', AT_LEFT_EAR],
  ])('is detected on the %s side within half a second after raising the phone', (_, held) => {
    const { near } = run([...READING_IN_HAND, ...RAISE, ...held]);
    const first = near.indexOf(true);
    expect(near.slice(0, READING_IN_HAND.length)).not.toContain(true);
    expect(first).toBeGreaterThan(READING_IN_HAND.length);
    expect(first).toBeLessThanOrEqual(READING_IN_HAND.length + RAISE.length + 5);
    expect(near.slice(first)).not.toContain(false);
  });

  it('ends within half a second after lowering the phone, but not by a nod', () => {
    const there = run([...READING_IN_HAND, ...RAISE, ...AT_RIGHT_EAR, ...NODDING, ...AT_RIGHT_EAR]);
    expect(there.last).toBe(true);
    const { near } = run([...LOWER, ...READING_IN_HAND], there.state, 10_000);
    expect(near.indexOf(false)).toBeLessThanOrEqual(5);
    expect(near.slice(near.indexOf(false))).not.toContain(true);
  });

  it.each([
    ['lying on a table', TABLE],
    ['being read in hand', READING_IN_HAND],
    ['held upright for a video call', VIDEO_UPRIGHT],
    ['held in landscape for a video call', VIDEO_ACROSS],
    ['in a pocket', POCKET],
    ['being read lying down, in the same posture but without a turn', LYING_ON_THE_SIDE_READING],
  ])('is not detected for a phone %s', (_, readings) => {
    expect(run(readings).near).not.toContain(true);
  });

  it('is not detected long after the turn', () => {
    expect(run([...RAISE, ...times(40, [42, -3, 8]), ...LYING_ON_THE_SIDE_READING]).near).not.toContain(true);
  });
});
