import { describe, expect, it } from 'vitest';
import { SpeedCheck } from './speed-check';

describe('a device that works on each picture of a video', () => {
  const took = (milliseconds: readonly number[]) => {
    const speed = new SpeedCheck();
    return milliseconds.map((each) => speed.isTooSlow(each)).filter(Boolean).length;
  };

  it('is too slow if it makes less than five pictures a second over a while', () => {
    expect(took(Array<number>(30).fill(210))).toBe(1);
    expect(took(Array<number>(29).fill(2_000))).toBe(0);
  });

  it('may take long for a single one', () => {
    expect(took([3_000, ...Array<number>(29).fill(100)])).toBe(0);
    expect(took(Array<number>(300).fill(190))).toBe(0);
  });
});
