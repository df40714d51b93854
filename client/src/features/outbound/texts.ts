import { useLingui } from '@lingui/react/macro';
import type { RouteTest } from '~/api';

/** Texts of the rules that forbid a call. */
export function useRuleTexts() {
  const { t, i18n } = useLingui();
  const names = new Intl.DisplayNames(i18n.locale, { type: 'region', fallback: 'code' });
  const refusals: Record<NonNullable<RouteTest['rule']>, string> = {
    not_a_number: t`This is not a number outside.`,
    no_trunk: t`No trunk can take this call now.`,
    no_route: t`No route matches this number.`,
    blocked: t`The number is on the block list.`,
    reach: t`The extension may not call this number.`,
    hours: t`The extension may not call outside at this time.`,
    country: t`Calls to this country are not allowed.`,
    premium: t`Premium numbers are not allowed.`,
    stopped: t`A limit has stopped calls outside.`,
  };
  return { refusals, country: (code: string) => (/^[A-Z]{2}$/.test(code) ? (names.of(code) ?? code) : code) };
}
