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
          aria-label={t`Mailbox settings`}
        >
          <IconSettings aria-hidden />
        </ActionIcon>
      }
    >
      <SegmentedControl
        fullWidth
        size="md"
        mb="md"
        aria-label={t`Filter messages`}
        value={now.folder}
        onChange={(value) => void ownVoicemail.show(value as Folder)}
        data={[
          { value: 'inbox', label: t`Messages` },
          { value: 'archived', label: t`Archived` },
        ]}
      />
      {now.source === 'cache' && !now.loading && (
        <InfoNotice>
          <Trans>You are seeing the saved list. Messages can be played when you are online.</Trans>
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
              <Trans>Loading…</Trans>
            ) : now.folder === 'archived' ? (
              <Trans>The archive is empty. Archived items can be restored for a limited time.</Trans>
            ) : (
              <Trans>No messages.</Trans>
            )}
          </Text>
        )
      )}
    </Page>
  );
}
