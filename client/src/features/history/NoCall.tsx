import { IconPhone } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { DetailPlaceholder } from '~/design/DetailPlaceholder';

/** The detail pane before a call is chosen. */
export default function NoCall() {
  const { t } = useLingui();
  return <DetailPlaceholder icon={IconPhone} title={t`Calls`} text={t`Choose a call to see its details.`} />;
}
