import { i18n } from '@lingui/core';
import { isolateValues } from './bidi';
import { resolveLanguage, type Language } from './languages';
import { loadPersistently } from './persistent-load';
import { preferences } from './preferences';

export { resolveLanguage, type Language };

const catalogs = {
  en: () => import('~/locales/en.po'),
  de: () => import('~/locales/de.po'),
};

isolateValues(i18n);

/** Load and activate the message catalog. Await before rendering: without it the page shows message ids. */
export async function activateLanguage(
  language = resolveLanguage(preferences.state.language, navigator.languages),
): Promise<void> {
  const { messages } = await loadPersistently(catalogs[language]);
  // Format dates and numbers for the user's region if it uses the same language (24-hour clock in London).
  const locales = navigator.languages.filter((each) => each.toLowerCase().startsWith(language));
  i18n.loadAndActivate({ locale: language, locales: locales.length ? [...locales] : undefined, messages });
  document.documentElement.lang = language;
}
