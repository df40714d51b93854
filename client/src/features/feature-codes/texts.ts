import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { useLingui } from '@lingui/react/macro';
import type { FeatureCode } from '~/api';

const ARGUMENTS: Record<NonNullable<FeatureCode['argument']>, MessageDescriptor> = {
  number: msg`a number`,
  extension: msg`an extension`,
  'extension or group': msg`an extension or a group`,
  group: msg`a group`,
  queue: msg`a queue`,
  slot: msg`a parking slot`,
  state: msg`the digit of a state`,
  'two-digit code': msg`a two-digit code`,
};

/** Texts of a feature code: what it does, and what is dialled after it. */
export function useFeatureTexts() {
  const { t, i18n } = useLingui();
  return {
    effect: ({ text }: FeatureCode) => (i18n.locale === 'de' ? text.de : text.en),
    then: ({ argument, optional }: FeatureCode) => {
      if (!argument) return '';
      const what = t(ARGUMENTS[argument]);
      return optional ? t`${what}, or nothing` : what;
    },
  };
}
