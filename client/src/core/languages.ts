export type Language = 'en' | 'de';

/** Return the preferred language, otherwise the first supported language of the device. */
export function resolveLanguage(preferred: string, deviceLanguages: readonly string[]): Language {
  if (preferred === 'en' || preferred === 'de') return preferred;
  for (const each of deviceLanguages) {
    const short = each.slice(0, 2).toLowerCase();
    if (short === 'en' || short === 'de') return short;
  }
  return 'en';
}
