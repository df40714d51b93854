import { ActionIcon, SegmentedControl, Text } from '@mantine/core';
import { IconSettings } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { session } from '~/api/session';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Rows } from '~/design/Rows';
import { useValue } from '~/core/store';
import { ownVoicemail } from './own-voicemail';
import { MessageRow } from './MessageRow';
import { visibleMessages, type Folder } from './model';

/** The user's messages, newest first. */
export default function Voicemail() {
  const { t } = useLingui();
  const now = useValue(ownVoicemail.state);
  const mailboxCount = useValue(session, (each) => (each.state === 'in' ? each.me.extensions.length : 0));
  useEffect(() => {
    void ownVoicemail.open();
    return () => ownVoicemail.setOpen(undefined);
  }, []);
  const shown = visibleMessages(now);
  return (
    <Page
      title={t`Voicemail`}
      actions={
        <ActionIcon
          renderRoot={(props) => <Link to="/settings/voicemail" {...props} />}
          variant="subtle"
          size={44}
          aria-label={t`Set up your mailbox`}
        >
          <IconSettings aria-hidden />
        </ActionIcon>
      }
    >
      <SegmentedControl
        fullWidth
        size="md"
        mb="md"
        aria-label={t`Which messages`}
        value={now.folder}
        onChange={(value) => void ownVoicemail.show(value as Folder)}
        data={[
          { value: 'inbox', label: t`Messages` },
          { value: 'archived', label: t({ message: 'Put away', context: 'those that were' }) },
        ]}
      />
      {now.source === 'cache' && !now.loading && (
        <InfoNotice>
          <Trans>This is the list kept on this device. The messages are heard when there is a connection again.</Trans>
        </InfoNotice>
      )}
      {(now.source === 'none' || shown === undefined) && <ErrorNotice fault={now.fault} />}
      <ErrorNotice fault={now.refused} />
      {shown && shown.length > 0 ? (
        <Rows label={t`Messages`}>
          {shown.map((each) => (
            <MessageRow key={each.id} message={each} showExtension={mailboxCount > 1} />
          ))}
        </Rows>
      ) : (
        !now.fault && (
          <Text c="dimmed" ta="center" py="xl" role="status">
            {shown === undefined || (now.loading && now.source === 'none') ? (
              <Trans>One moment…</Trans>
            ) : now.folder === 'archived' ? (
              <Trans>Nothing was put away. What is put away can be brought back for a while.</Trans>
            ) : (
              <Trans>No messages.</Trans>
            )}
          </Text>
        )
      )}
    </Page>
  );
}
