import { Button, Text } from '@mantine/core';
import { IconPhone } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { session } from '~/api/session';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { useValue } from '~/core/store';
import { startCall } from '~/features/call';
import { MailboxBody } from './MailboxBody';

const OWN_MAILBOX_CODE = '*97';

/** The user's own mailboxes. */
export default function MailboxSettings() {
  const { t } = useLingui();
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const extensions = me?.extensions ?? [];
  return (
    <Page title={t`Mailbox`} back="/settings">
      {extensions.map(({ id, number }) => (
        <Section key={id} title={t`Extension ${number}`}>
          <MailboxBody
            own
            extension={id}
            greeting={
              <>
                <Text size="sm" c="dimmed" mt={4}>
                  <Trans>To record by phone, call {OWN_MAILBOX_CODE} and follow the instructions.</Trans>
                </Text>
                <Button
                  size="md"
                  variant="light"
                  mt="xs"
                  leftSection={<IconPhone size={18} aria-hidden />}
                  onClick={() => void startCall(OWN_MAILBOX_CODE, { name: t`Mailbox` })}
                >
                  <Trans>Call mailbox</Trans>
                </Button>
              </>
            }
          />
        </Section>
      ))}
      {extensions.length === 0 && (
        <Text c="dimmed">
          <Trans>You have no extension yet. Contact your administrator.</Trans>
        </Text>
      )}
    </Page>
  );
}
