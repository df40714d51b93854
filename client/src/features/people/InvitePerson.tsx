import { Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Person } from '~/api';
import { formatDate } from '~/design/dates';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Secret } from '~/design/Secret';

/** Invitation link for a person: sent by e-mail if configured, otherwise shown for copying. */
export function InvitePerson({ person }: { person: Pick<Person, 'id' | 'tenant_id' | 'name' | 'email'> }) {
  const { t } = useLingui();
  const invite = useMutation({
    mutationFn: async () =>
      (await api.invite({ query: { tenant: person.tenant_id }, body: { person_id: person.id } })).data,
  });
  const invitation = invite.data;
  if (invitation?.sent)
    return (
      <InfoNotice title={t`Invitation sent`}>
        <Trans>
          Sent to {person.email}, valid until {formatDate(invitation.expires)}.
        </Trans>
      </InfoNotice>
    );
  if (invitation?.url)
    return (
      <>
        <Text size="sm">
          <Trans>
            E-mail is not configured. Send this link yourself. It works once, until {formatDate(invitation.expires)}.
          </Trans>
        </Text>
        <Secret text={invitation.url} />
      </>
    );
  return (
    <Stack>
      <Text size="sm">
        <Trans>{person.name} will receive a link by e-mail to set a password and sign in.</Trans>
      </Text>
      <ErrorNotice fault={invite.error} />
      <Button onClick={() => invite.mutate()} loading={invite.isPending}>
        <Trans>Send invitation</Trans>
      </Button>
    </Stack>
  );
}
