import { Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Person } from '~/api';
import { formatDate } from '~/design/dates';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Secret } from '~/design/Secret';

/** Invitation link for a person: sent by e-mail if configured, otherwise shown for copying. */
export function InvitePerson({ person }: { person: Person }) {
  const { t } = useLingui();
  const invite = useMutation({
    mutationFn: async () =>
      (await api.invite({ query: { tenant: person.tenant_id }, body: { person_id: person.id } })).data,
  });
  const invitation = invite.data;
  if (invitation?.sent)
    return (
      <InfoNotice title={t`The invitation is on its way`}>
        <Trans>
          It went to {person.email} and is good until {formatDate(invitation.expires)}.
        </Trans>
      </InfoNotice>
    );
  if (invitation?.url)
    return (
      <>
        <Text size="sm">
          <Trans>
            Mail is not set up here, so hand this link over yourself. It works once, until{' '}
            {formatDate(invitation.expires)}.
          </Trans>
        </Text>
        <Secret text={invitation.url} />
      </>
    );
  return (
    <Stack>
      <Text size="sm">
        <Trans>{person.name} gets a link by e-mail to choose a password and sign in.</Trans>
      </Text>
      <ErrorNotice fault={invite.error} />
      <Button onClick={() => invite.mutate()} loading={invite.isPending}>
        <Trans>Send the invitation</Trans>
      </Button>
    </Stack>
  );
}
