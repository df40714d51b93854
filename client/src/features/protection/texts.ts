import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import type { CallingLimits, FraudStop } from '~/api';

/** Texts about the calls that were stopped, and the reason. */
export function useStopTexts() {
  const { t, i18n } = useLingui();
  const names = new Intl.DisplayNames(i18n.locale, { type: 'region', fallback: 'code' });
  const country = (code: string) => (/^[A-Z]{2}$/.test(code) ? (names.of(code) ?? code) : code);
  const euros = (cents: number) => i18n.number(cents / 100, { minimumFractionDigits: 2 });
  const minutes = (seconds: number) => Math.round(seconds / 60);

  const scope = ({ scope: of, name, foreign }: FraudStop): string => {
    if (of === 'extension') return foreign ? t`Foreign calls of extension ${name}` : t`Calls of extension ${name}`;
    if (of === 'trunk') return foreign ? t`Foreign calls on trunk ${name}` : t`Calls on trunk ${name}`;
    return foreign ? t`All foreign calls` : t`All calls outside`;
  };
  const reason = ({ rule, measured, limit, country: code }: FraudStop): string => {
    switch (rule) {
      case 'rate':
        return t`${plural(measured, { one: '# call', other: '# calls' })} in an hour; the limit is ${limit}.`;
      case 'concurrency':
        return t`${plural(measured, { one: '# call', other: '# calls' })} at a time; the limit is ${limit}.`;
      case 'time':
        return t`${plural(minutes(measured), { one: '# minute', other: '# minutes' })} of calls in a day; the limit is ${minutes(limit)}.`;
      case 'spend':
        return t`Estimated costs of ${euros(measured)} in a day; the limit is ${euros(limit)}.`;
      case 'night':
        return t`${measured} foreign calls at night; ${limit} are unusual.`;
      case 'new_country':
        return t`${measured} calls in an hour to ${country(code)}, which was not called before; ${limit} are unusual.`;
    }
  };
  return { scope, reason, country };
}

/** Names of the numbers that an extension may call. */
export function useReachTexts(): Record<CallingLimits['reach'], string> {
  const { t } = useLingui();
  return {
    everywhere: t`All that the organisation permits`,
    national: t`Only numbers of the own country`,
    inside: t`Only inside the organisation`,
  };
}
