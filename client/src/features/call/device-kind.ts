export type DeviceKind = 'earpiece' | 'speakerphone' | 'headset' | 'other';

const PATTERNS: readonly (readonly [DeviceKind, RegExp])[] = [
  ['earpiece', /earpiece|handset|hörmuschel/i],
  ['speakerphone', /^speakerphone$/i],
  ['headset', /headset|headphone|earbud|earphone|airpods|bluetooth|kopfhörer/i],
];

/** The kind of a device, by the name that the browser gives it. */
export function deviceKind(name: string): DeviceKind {
  return PATTERNS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'other';
}
