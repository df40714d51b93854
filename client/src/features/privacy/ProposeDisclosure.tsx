import { Button, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type PrivacyRequest } from '~/api';
import { ErrorNotice } from '~/design/Notice';
import { PersonPicker } from '~/design/PersonPicker';
import { useAccounts } from './usePersonNames';

const EMPTY = { person_id: '', scope: '', silent_until: '' };

/** Form to propose a disclosure; behind a button until it is wanted. */
export function ProposeDisclosure({ request, tenant }: { request: PrivacyRequest; tenant?: string }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const people = useAccounts(tenant).items;
  const form = useForm({
    initialValues: EMPTY,
    validate: {
      person_id: (value) => (value ? null : t`Choose a person.`),
      scope: (value) => (value.trim() ? null : t`Name the data and its period.`),
    },
  });
  const propose = useMutation({
    mutationFn: ({ person_id, scope, silent_until }: typeof EMPTY) =>
      api.proposeDisclosure({
        path: { request_id: request.id },
        query: { tenant },
        body: { person_id, scope, silent_until: silent_until ? new Date(silent_until).toISOString() : null },
      }),
    onSuccess: () => {
      form.reset();
      setOpen(false);
      void queries.invalidateQueries({ queryKey: ['disclosures'] });
    },
  });
  if (!open) {
    return (
      <Button size="md" variant="default" onClick={() => setOpen(true)} style={{ alignSelf: 'start' }}>
        <Trans>Propose a disclosure</Trans>
      </Button>
    );
  }
  return (
    <form onSubmit={form.onSubmit((values) => propose.mutate(values))} noValidate>
      <Stack gap="sm">
        <PersonPicker
          size="md"
          label={t`Person`}
          required
          people={people.map(({ id, name, email }) => ({ id, name, detail: email ?? undefined }))}
          {...form.getInputProps('person_id')}
          onChange={(id) => form.setFieldValue('person_id', id ?? '')}
        />
        <Textarea
          size="md"
          label={t`Data and period`}
          description={t`The data for the authority, and where its copy is filed.`}
          required
          autosize
          minRows={2}
          maxLength={5000}
          dir="auto"
          {...form.getInputProps('scope')}
        />
        <TextInput
          size="md"
          type="date"
          label={t`The person must not know before`}
          description={t`Only if the authority has ordered silence.`}
          {...form.getInputProps('silent_until')}
        />
        <ErrorNotice fault={propose.error} />
        <Button size="md" type="submit" loading={propose.isPending} style={{ alignSelf: 'start' }}>
          <Trans>Propose</Trans>
        </Button>
      </Stack>
    </form>
  );
}
