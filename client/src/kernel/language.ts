import { i18n } from '@lingui/core';
import { preferences } from './preferences';

export type Language = 'en' | 'de';

export function languageOf(wish: string, spoken: readonly string[]): Language {
  if (wish === 'en' || wish === 'de') return wish;
  for (const each of spoken) {
    const short = each.slice(0, 2).toLowerCase();
    if (short === 'en' || short === 'de') return short;
  }
  return 'en';
}

const catalogs = {
  en: () => import('~/locales/en.po'),
  de: () => import('~/locales/de.po'),
};

/** Load the texts and show them. To be awaited before anything is drawn: without them the page shows identifiers. */
export async function speak(language = languageOf(preferences.state.language, navigator.languages)): Promise<void> {
  const { messages } = await catalogs[language]();
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
}
