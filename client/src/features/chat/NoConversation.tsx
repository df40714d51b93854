import { IconMessage } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { DetailPlaceholder } from '~/design/DetailPlaceholder';

/** The detail pane before a conversation is chosen. */
export default function NoConversation() {
  const { t } = useLingui();
  return <DetailPlaceholder icon={IconMessage} title={t`Chat`} text={t`Choose a conversation to read it.`} />;
}
