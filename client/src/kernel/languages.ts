export type Language = 'en' | 'de';

/** The language somebody chose, else the first of those their device speaks that we speak too. */
export function languageOf(wish: string, spoken: readonly string[]): Language {
  if (wish === 'en' || wish === 'de') return wish;
  for (const each of spoken) {
    const short = each.slice(0, 2).toLowerCase();
    if (short === 'en' || short === 'de') return short;
  }
  return 'en';
}
