import { useLingui } from '@lingui/react/macro';
import type { Contact } from '~/api';

export type NumberLabel = Contact['numbers'][number]['label'];
export const LABELS: readonly NumberLabel[] = ['mobile', 'work', 'home', 'main', 'fax', 'other'];

/** Labels of numbers in the user's language. */
export function useLabels(): Record<NumberLabel, string> {
  const { t } = useLingui();
  return {
    mobile: t`Mobile`,
    work: t`Work`,
    home: t`Private`,
    main: t`Main number`,
    fax: t`Fax`,
    other: t`Other`,
  };
}
