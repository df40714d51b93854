import { useLingui } from '@lingui/react/macro';
import type { InvoiceLine } from '~/api';
import { nameOfCountry } from '~/features/costs';

/** Returns the names of the lines of an invoice in the language of the user. */
export function useLineNames() {
  const { t, i18n } = useLingui();
  const nameOfGroup = (name: string) => nameOfCountry(name, i18n.locale) ?? (name || t`Other numbers`);
  return ({ kind, name, amount }: Pick<InvoiceLine, 'kind' | 'name' | 'amount'>) =>
    ({
      plan: t`Plan ${name}`,
      extensions: t`Extensions`,
      numbers: t({ message: 'Numbers', context: 'public numbers' }),
      storage: t`Storage`,
      calls: name || amount !== 0 ? t`Calls: ${nameOfGroup(name)}` : t`Calls, covered by included minutes`,
      earlier_calls: t`Calls and corrections of earlier months`,
    })[kind];
}
