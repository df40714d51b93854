import { expect, it } from 'vitest';
import type { Campaign } from '~/api';
import { bodyOf, missingFields, subjectOf, valuesOf, type CampaignValues } from './model';

const EMPTY: CampaignValues = valuesOf();
const ENGLISH = { ...EMPTY, subject_en: ' New phones ', text_en: 'Order yours.\n\nUntil May.' };
const draft = (texts: Campaign['texts']): Campaign => ({
  id: '1',
  created: '2026-11-30T08:00:00Z',
  sent: null,
  recipients: 0,
  progress: { waiting: 0, delivered: 0, failed: 0, complained: 0, unsubscribed: 0 },
  texts,
});

it('sends the languages that are written', () => {
  expect(bodyOf(ENGLISH)).toEqual({ texts: { en: { subject: 'New phones', text: 'Order yours.\n\nUntil May.' } } });
});

it('shows what was saved', () => {
  const texts = { de: { subject: 'Neue Telefone', text: 'Bestelle jetzt.' } };
  expect(bodyOf(valuesOf(draft(texts)))).toEqual({ texts });
});

it.each<[Partial<CampaignValues>, string[]]>([
  [{}, ['subject_en', 'text_en']],
  [{ subject_en: 'New phones' }, ['text_en']],
  [{ subject_de: 'Neue Telefone', text_de: 'Bestelle jetzt.' }, []],
  [{ subject_en: 'New phones', text_en: 'Order.', text_de: 'Bestelle jetzt.' }, ['subject_de']],
  [{ subject_en: ' ' }, ['subject_en', 'text_en']],
])('%o lacks %o', (values, missing) => {
  expect(missingFields({ ...EMPTY, ...values })).toEqual(missing);
});

it('names a campaign in the language of the reader, else in the other', () => {
  const both = draft({ en: { subject: 'New phones', text: '-' }, de: { subject: 'Neue Telefone', text: '-' } });
  expect([subjectOf(both, 'de'), subjectOf(both, 'en')]).toEqual(['Neue Telefone', 'New phones']);
  expect(subjectOf(draft({ de: { subject: 'Neue Telefone', text: '-' } }), 'en')).toBe('Neue Telefone');
});
