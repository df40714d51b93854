import { useLingui } from '@lingui/react/macro';
import texts from './permission-texts.json';
import type { Language } from './policy-state';

/** Why a permission is needed, in the words of the privacy policy. */
export function PermissionText({ of: permission }: { of: keyof typeof texts }) {
  const { i18n } = useLingui();
  return texts[permission][i18n.locale as Language];
}
