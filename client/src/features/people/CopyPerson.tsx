import { Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api } from '~/api';
import { NoteField } from '~/design/NoteField';
import { AccessCopy } from '~/features/access-copies';
import type { PersonTabProps } from './PersonPage';

/** A copy of the data of a person. The reason is entered as a request first, so that it is on record. */
export function CopyPerson({ person, tenant }: PersonTabProps) {
  const { t } = useLingui();
  const [reason, setReason] = useState('');
  const enter = useMutation({
    mutationFn: () =>
      api.enterPrivacyRequest({
        body: { kind: 'access', person_id: person.id, text: reason.trim() },
        query: { tenant },
      }),
  });
  if (enter.isSuccess) {
    return (
      <Stack>
        <Text size="sm">
          <Trans>The reason is entered under Privacy, Requests. You find the copy under Privacy, Copies.</Trans>
        </Text>
        <AccessCopy
          personId={person.id}
          tenant={tenant}
          request={async () =>
            (await api.requestAccessCopy({ path: { person_id: person.id }, query: { tenant } })).data
          }
        />
      </Stack>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        enter.mutate();
      }}
    >
      <Stack>
        <Text size="sm">
          <Trans>One file with all that is stored about this person. Only you can download it.</Trans>
        </Text>
        <NoteField label={t`Reason`} required value={reason} onChange={setReason} fault={enter.error} />
        <Button size="md" type="submit" disabled={!reason.trim()} loading={enter.isPending}>
          <Trans>Continue</Trans>
        </Button>
      </Stack>
    </form>
  );
}
