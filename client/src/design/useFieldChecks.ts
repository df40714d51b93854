import { useLingui } from '@lingui/react/macro';

/** Checks of fields that several forms have: each returns the error to show, or null. */
export function useFieldChecks() {
  const { t } = useLingui();
  return {
    number: (value: string) => (/^[0-9]{2,8}$/.test(value) ? null : t`Enter two to eight digits.`),
    name: (value: string) => (value.trim() ? null : t`Enter a name.`),
    pin: (value: string) => (/^([0-9]{4,12})?$/.test(value) ? null : t`Enter 4 to 12 digits.`),
  };
}
