import { Button, Text } from '@mantine/core';
import { IconPhone } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { startCall } from '~/features/call';
import { OwnExtensions } from '~/features/settings';
import { MailboxBody } from './MailboxBody';

const OWN_MAILBOX_CODE = '*97';

/** The user's own mailboxes. */
export default function MailboxSettings() {
  const { t } = useLingui();
  return (
    <OwnExtensions title={t`Mailbox`}>
      {(id) => (
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
      )}
    </OwnExtensions>
  );
}
