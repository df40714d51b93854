import { Button, Group, Text } from '@mantine/core';
import { IconArchive, IconArrowLeft, IconRecordMail, IconSettings } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { session } from '~/api/session';
import { EmptyState } from '~/design/EmptyState';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Rows } from '~/design/Rows';
import { useValue } from '~/core/store';
import { ownVoicemail } from './own-voicemail';
import { MessageRow } from './MessageRow';
import { visibleMessages } from './model';

/** The user's messages, newest first. */
export function MessageList() {
  const { t } = useLingui();
  const now = useValue(ownVoicemail.state);
  const mailboxCount = useValue(session, (each) => (each.state === 'in' ? each.me.extensions.length : 0));
  useEffect(() => {
    void ownVoicemail.open();
    return () => ownVoicemail.setOpen(undefined);
  }, []);
  const shown = visibleMessages(now);
  const archived = now.folder === 'archived';
  return (
    <>
      {now.source === 'cache' && !now.loading && (
        <InfoNotice>
          <Trans>You are seeing the saved list. Messages can be played when you are online.</Trans>
        </InfoNotice>
      )}
      {(now.source === 'none' || shown === undefined) && (
        <ErrorBar fault={now.fault} retry={() => ownVoicemail.refresh()} />
      )}
      <ErrorNotice fault={now.refused} />
      {shown && shown.length > 0 ? (
        <Rows label={archived ? t`Archived messages` : t`Messages`}>
          {shown.map((each) => (
            <MessageRow key={each.id} message={each} showExtension={mailboxCount > 1} />
          ))}
        </Rows>
      ) : (
        !now.fault && (
          <div role="status">
            {shown === undefined || (now.loading && now.source === 'none') ? (
              <Text c="dimmed" ta="center" py="xl">
                <Trans>Loading…</Trans>
              </Text>
            ) : (
              <EmptyState
                icon={archived ? IconArchive : IconRecordMail}
                text={
                  archived ? (
                    <Trans>The archive is empty. Archived items can be restored for a limited time.</Trans>
                  ) : (
                    <Trans>No messages.</Trans>
                  )
                }
              />
            )}
          </div>
        )
      )}
      <Group justify="center" gap="xs" mt="md">
        <Button
          variant="subtle"
          size="md"
          leftSection={archived ? <IconArrowLeft size={18} aria-hidden /> : <IconArchive size={18} aria-hidden />}
          onClick={() => void ownVoicemail.show(archived ? 'inbox' : 'archived')}
        >
          {archived ? <Trans>Messages</Trans> : <Trans>Archived</Trans>}
        </Button>
        <Button
          renderRoot={(props) => <Link to="/settings/voicemail" {...props} />}
          variant="subtle"
          size="md"
          leftSection={<IconSettings size={18} aria-hidden />}
        >
          <Trans>Mailbox settings</Trans>
        </Button>
      </Group>
    </>
  );
}
