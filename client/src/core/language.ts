import { i18n } from '@lingui/core';
import { resolveLanguage, type Language } from './languages';
import { preferences } from './preferences';

export { resolveLanguage, type Language };

const catalogs = {
  en: () => import('~/locales/en.po'),
  de: () => import('~/locales/de.po'),
};

/** Load the texts and show them. To be awaited before anything is drawn: without them the page shows identifiers. */
export async function activateLanguage(
  language = resolveLanguage(preferences.state.language, navigator.languages),
): Promise<void> {
  const { messages } = await catalogs[language]();
  // Dates and numbers as where its owner lives, as far as the language is the same: 24 hours in London.
  const locales = navigator.languages.filter((each) => each.toLowerCase().startsWith(language));
  i18n.loadAndActivate({ locale: language, locales: locales.length ? [...locales] : undefined, messages });
  document.documentElement.lang = language;
}
