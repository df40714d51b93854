import { IconPhone, IconPlayerRecord, IconRecordMail } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useSearch } from '@tanstack/react-router';
import { DetailPlaceholder } from '~/design/DetailPlaceholder';

/** The detail pane before a call is chosen. Messages and recordings open in their list. */
export default function NoCall() {
  const { t } = useLingui();
  const { show } = useSearch({ strict: false });
  const [icon, text] =
    show === 'voicemail'
      ? [IconRecordMail, t`Choose a message to hear it.`]
      : show === 'recordings'
        ? [IconPlayerRecord, t`Choose a recording to hear it.`]
        : [IconPhone, t`Choose a call to see its details.`];
  return <DetailPlaceholder icon={icon} title={t`Calls`} text={text} />;
}
