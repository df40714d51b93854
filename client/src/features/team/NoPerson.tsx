import { IconUser } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { DetailPlaceholder } from '~/design/DetailPlaceholder';

/** The detail pane before a person is chosen. */
export default function NoPerson() {
  const { t } = useLingui();
  return <DetailPlaceholder icon={IconUser} title={t`Team`} text={t`Choose a colleague to see their details.`} />;
}
