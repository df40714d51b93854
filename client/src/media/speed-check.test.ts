import { describe, expect, it } from 'vitest';
import { SpeedCheck } from './speed-check';

describe('a device that works on each picture of a video', () => {
  const took = (milliseconds: readonly number[]) => {
    const speed = new SpeedCheck();
    return milliseconds.map((each) => speed.isTooSlow(each)).filter(Boolean).length;
  };

  it('is too slow if each of many pictures takes longer than a fifth of a second', () => {
    expect(took(Array<number>(30).fill(210))).toBe(1);
    expect(took(Array<number>(29).fill(2_000))).toBe(0);
    expect(took([25, ...Array<number>(59).fill(210)])).toBe(1);
  });

  it('is not too slow while other programs take its time', () => {
    expect(took([2_508, 1_009, 837, 114, 661, 25, ...Array<number>(24).fill(1_600)])).toBe(0);
    expect(took(Array<number>(300).fill(190))).toBe(0);
  });
});
