import { Button, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Secret } from '~/design/Secret';
import { formatDateTime } from '~/design/dates';
import { useCalendarAddress } from './useInvitations';

/** The content of a dialog: the secret address of the user's meetings for calendar programs. */
export function CalendarAddress() {
  const { t } = useLingui();
  const { address, create, withdraw, error } = useCalendarAddress();
  const created = address.data?.created;
  return (
    <Stack>
      <Text size="sm">
        <Trans>
          Calendar programs on your devices can show your meetings, without changing them. Each reads them at a secret
          address: keep it to yourself, because it needs no password.
        </Trans>
      </Text>
      <ErrorBar fault={address.error} retry={address.refetch} />
      <ErrorNotice fault={error} />
      {create.data ? (
        <Secret text={create.data.url} />
      ) : (
        created && (
          <Text size="sm" c="dimmed">
            {t`There is an address since ${formatDateTime(created)}. A new one replaces it.`}
          </Text>
        )
      )}
      <Button size="md" loading={create.isPending} onClick={() => create.mutate()}>
        <Trans>Create a calendar address</Trans>
      </Button>
      {(created || create.data) && (
        <Button size="md" variant="subtle" color="red" onClick={withdraw}>
          <Trans>Withdraw the address</Trans>
        </Button>
      )}
    </Stack>
  );
}
