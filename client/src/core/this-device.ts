/** Description of this device for the user's list of sessions; nothing more is sent. */
export interface ThisDevice {
  /** `Chromium (Linux)`: browser and system in any language, without model and version. */
  name: string;
  kind: 'mobile' | 'desktop';
}

interface NavigatorInfo {
  userAgent: string;
  /** User-Agent Client Hints, available in Chromium. */
  userAgentData?: { brands: { brand: string }[]; mobile: boolean; platform: string };
  maxTouchPoints?: number;
}

const BROWSERS: [RegExp, string][] = [
  [/EdgA?\/|EdgiOS\//, 'Edge'],
  [/OPR\/|OPT\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/CriOS\/|Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/CrOS/, 'ChromeOS'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];
const BRANDS: Record<string, string> = {
  'Google Chrome': 'Chrome',
  'Microsoft Edge': 'Edge',
  Opera: 'Opera',
  'Samsung Internet': 'Samsung Internet',
  Chromium: 'Chromium',
};

function first(pairs: [RegExp, string][], text: string): string {
  return pairs.find(([pattern]) => pattern.test(text))?.[1] ?? '';
}

function browserOf(info: NavigatorInfo): string {
  const brands = info.userAgentData?.brands.map(({ brand }) => brand) ?? [];
  for (const [brand, name] of Object.entries(BRANDS)) if (brands.includes(brand)) return name;
  return first(BROWSERS, info.userAgent);
}

export function thisDevice(info: NavigatorInfo = navigator as NavigatorInfo): ThisDevice {
  const browser = browserOf(info);
  // An iPad identifies as a Mac; Macs have no touch screen.
  const tablet = /Macintosh/.test(info.userAgent) && (info.maxTouchPoints ?? 0) > 1;
  const system = tablet ? 'iPad' : first(SYSTEMS, info.userAgent);
  const mobile = tablet || (info.userAgentData?.mobile ?? false) || /Android|iPhone|iPad|Mobile/.test(info.userAgent);
  const name = browser && system ? `${browser} (${system})` : browser || system || 'Browser';
  return { name, kind: mobile ? 'mobile' : 'desktop' };
}
