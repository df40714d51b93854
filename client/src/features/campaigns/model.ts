import type { Campaign, NewCampaign } from '~/api';

export type CampaignLanguage = 'en' | 'de';
export const LANGUAGES: readonly CampaignLanguage[] = ['en', 'de'];

/** Fields of the form: a subject and a text by language. */
export type CampaignValues = Record<`${'subject' | 'text'}_${CampaignLanguage}`, string>;

export function valuesOf(campaign?: Campaign): CampaignValues {
  const { en, de } = campaign?.texts ?? {};
  return {
    subject_en: en?.subject ?? '',
    text_en: en?.text ?? '',
    subject_de: de?.subject ?? '',
    text_de: de?.text ?? '',
  };
}

const isWritten = (values: CampaignValues, language: CampaignLanguage): boolean =>
  `${values[`subject_${language}`]}${values[`text_${language}`]}`.trim() !== '';

/** The body of a request: languages without any text are left out. */
export function bodyOf(values: CampaignValues): NewCampaign {
  const texts = LANGUAGES.filter((language) => isWritten(values, language)).map((language) => [
    language,
    { subject: values[`subject_${language}`].trim(), text: values[`text_${language}`].trim() },
  ]);
  return { texts: Object.fromEntries(texts) as NewCampaign['texts'] };
}

/** Fields that have to be filled in: subject and text of each language that is begun, of the first one if none is. */
export function missingFields(values: CampaignValues): (keyof CampaignValues)[] {
  const begun = LANGUAGES.filter((language) => isWritten(values, language));
  const needed = begun.length > 0 ? begun : LANGUAGES.slice(0, 1);
  const fields = needed.flatMap((language) => [`subject_${language}`, `text_${language}`] as const);
  return fields.filter((field) => values[field].trim() === '');
}

/** The subject, in the language of the reader if there is one. */
export function subjectOf({ texts }: Campaign, language: string): string {
  return (texts[language === 'de' ? 'de' : 'en'] ?? texts.en ?? texts.de)?.subject ?? '';
}
