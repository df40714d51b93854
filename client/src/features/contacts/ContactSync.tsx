import { Stack, Switch, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import { toast } from '~/core/toasts';
import { confirmAction } from '~/design/Confirm';
import { ErrorNotice } from '~/design/Notice';
import { contactSync, deviceContacts, startSync, stopSync } from '~/features/device-contacts';

/** Switch of the sync of this device's contacts, which the user agrees to after reading what will happen. */
export function ContactSync() {
  const { t, i18n } = useLingui();
  const language = i18n.locale as 'en' | 'de';
  const { on, fault, refused } = useValue(contactSync, (each) => each);
  const change = useMutation({
    mutationFn: async (wanted: boolean) => {
      if (!wanted) {
        await stopSync(language);
        toast({ message: t`The copies are deleted from the server. The contacts of this device stay on it.` });
        return;
      }
      const agreed = await confirmAction({
        title: t`Sync the contacts of this device?`,
        text: <Consequences />,
        confirmLabel: t`Agree and sync`,
        cancelLabel: t`Cancel`,
        dangerous: false,
      });
      if (agreed) await startSync(deviceContacts.state.contacts, language);
    },
  });
  return (
    <>
      <ErrorNotice fault={change.error ?? fault} />
      <Switch
        size="md"
        label={t`Sync the contacts of this device`}
        description={t`Your other devices see copies of them. Turning it off deletes the copies.`}
        checked={on}
        disabled={change.isPending}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
      {on && refused > 0 && (
        <Text size="sm" role="status">
          <Plural
            value={refused}
            one="# contact has no valid telephone number and was not copied."
            other="# contacts have no valid telephone number and were not copied."
          />
        </Text>
      )}
    </>
  );
}

function Consequences() {
  return (
    <Stack gap="xs">
      <Text size="sm">
        <Trans>
          Names and numbers of the contacts that you chose on this device are copied to your personal contacts on the
          server. They are stored encrypted, and only you see them: in the app on your other devices, and in address
          book programs that you connected. When you change the list on this device, the copies follow.
        </Trans>
      </Text>
      <Text size="sm">
        <Trans>
          You can withdraw your consent at any time, here or under Privacy. The copies of all your devices are then
          deleted from the server at once. The contacts of this device stay on it.
        </Trans>
      </Text>
    </Stack>
  );
}
