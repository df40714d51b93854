import { Button, Text } from '@mantine/core';
import { IconPhone } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { startCall } from '~/features/call';
import { useCode } from '~/features/feature-codes';
import { OwnExtensions } from '~/features/settings';
import { MailboxBody } from './MailboxBody';

/** The user's own mailboxes. */
export default function MailboxSettings() {
  const { t } = useLingui();
  const code = useCode('voicemail-own');
  return (
    <OwnExtensions title={t`Mailbox`}>
      {(id) => (
        <MailboxBody
          own
          extension={id}
          greeting={
            code !== '' && (
              <>
                <Text size="sm" c="dimmed" mt={4}>
                  <Trans>To record by phone, call {code} and follow the instructions.</Trans>
                </Text>
                <Button
                  size="md"
                  variant="light"
                  mt="xs"
                  leftSection={<IconPhone size={18} aria-hidden />}
                  onClick={() => void startCall(code, { name: t`Mailbox` })}
                >
                  <Trans>Call mailbox</Trans>
                </Button>
              </>
            )
          }
        />
      )}
    </OwnExtensions>
  );
}
