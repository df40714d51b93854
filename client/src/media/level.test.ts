import { describe, expect, it } from 'vitest';
import { loudness } from './level';

const tone = (swing: number) => Float32Array.from({ length: 1024 }, (_, at) => swing * Math.sin(at / 5));

describe('loudness', () => {
  it('ranges from silence to full scale, linear in decibels', () => {
    expect(loudness(new Float32Array(1024))).toBe(0);
    expect(loudness(tone(0.0005))).toBe(0);
    expect(loudness(tone(1))).toBeGreaterThan(0.9);
    const [quiet, middle, loud] = [0.01, 0.1, 1].map((swing) => loudness(tone(swing)));
    expect(middle! - quiet!).toBeCloseTo(loud! - middle!, 5);
  });
});
