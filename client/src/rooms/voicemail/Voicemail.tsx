import { ActionIcon, SegmentedControl, Text } from '@mantine/core';
import { IconSettings } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { session } from '~/api/session';
import { Fault, Hint } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Rows } from '~/design/Rows';
import { useValue } from '~/kernel/store';
import { box } from './box';
import { MessageRow } from './MessageRow';
import { visible, type Shelf } from './model';

/** What was left for one: the newest first. */
export default function Voicemail() {
  const { t } = useLingui();
  const now = useValue(box.state);
  const boxes = useValue(session, (each) => (each.state === 'in' ? each.me.extensions.length : 0));
  useEffect(() => {
    void box.open();
    return () => box.unfold(undefined);
  }, []);
  const shown = visible(now);
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
        value={now.shelf}
        onChange={(value) => void box.show(value as Shelf)}
        data={[
          { value: 'inbox', label: t`Messages` },
          { value: 'away', label: t({ message: 'Put away', context: 'those that were' }) },
        ]}
      />
      {now.from === 'kept' && !now.loading && (
        <Hint>
          <Trans>This is the list kept on this device. The messages are heard when there is a connection again.</Trans>
        </Hint>
      )}
      {(now.from === 'nowhere' || shown === undefined) && <Fault fault={now.fault} />}
      <Fault fault={now.refused} />
      {shown && shown.length > 0 ? (
        <Rows label={t`Messages`}>
          {shown.map((each) => (
            <MessageRow key={each.id} message={each} severalBoxes={boxes > 1} />
          ))}
        </Rows>
      ) : (
        !now.fault && (
          <Text c="dimmed" ta="center" py="xl" role="status">
            {shown === undefined || (now.loading && now.from === 'nowhere') ? (
              <Trans>One moment…</Trans>
            ) : now.shelf === 'away' ? (
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
