import { expect, it } from 'vitest';
import { encodeWav } from './wav';

it('is a mono WAV file with clipped samples', () => {
  const file = new DataView(encodeWav(new Float32Array([0, 0.5, -1, 7]), 16_000));
  const text = (at: number, length: number) =>
    String.fromCharCode(...Array.from({ length }, (_, k) => file.getUint8(at + k)));
  expect([text(0, 4), text(8, 8), text(36, 4)]).toEqual(['RIFF', 'WAVEfmt ', 'data']);
  expect([file.getUint32(4, true), file.getUint32(40, true)]).toEqual([44, 8]);
  expect([file.getUint16(22, true), file.getUint32(24, true), file.getUint16(34, true)]).toEqual([1, 16_000, 16]);
  expect([0, 1, 2, 3].map((k) => file.getInt16(44 + k * 2, true))).toEqual([0, 16_384, -32_767, 32_767]);
});
