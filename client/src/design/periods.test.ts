import { i18n } from '@lingui/core';
import { expect, it } from 'vitest';
import { periodText } from './periods';

it.each([
  ['P1D', '1 day', '1 Tag'],
  ['P18M', '18 months', '18 Monate'],
  ['P1Y6M', '1 year 6 months', '1 Jahr 6 Monate'],
])('%s is %s', (period, english, german) => {
  i18n.loadAndActivate({ locale: 'en', messages: {} });
  expect(periodText(period)).toBe(english);
  i18n.loadAndActivate({ locale: 'de', messages: {} });
  expect(periodText(period)).toBe(german);
});
