const HEADER = 44;

/** Encode mono samples from -1 to 1 as a 16-bit WAV file. */
export function encodeWav(samples: Float32Array, rate: number): ArrayBuffer {
  const file = new ArrayBuffer(HEADER + samples.length * 2);
  const view = new DataView(file);
  const text = (at: number, word: string) => [...word].forEach((each, k) => view.setUint8(at + k, each.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, file.byteLength - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true); // size of the format chunk
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((each, k) => {
    view.setInt16(HEADER + k * 2, Math.round(Math.max(-1, Math.min(1, each)) * 0x7fff), true);
  });
  return file;
}
