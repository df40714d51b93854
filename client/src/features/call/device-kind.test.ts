import { expect, it } from 'vitest';
import { deviceKind } from './device-kind';

it.each([
  ['Headset earpiece', 'earpiece'],
  ['Speakerphone', 'speakerphone'],
  ['Bluetooth headset', 'headset'],
  ['Jabra Evolve Headset', 'headset'],
  ['Built-in Audio Analog Stereo', 'other'],
  ['', 'other'],
])('knows what "%s" is', (name, kind) => {
  expect(deviceKind(name)).toBe(kind);
});
