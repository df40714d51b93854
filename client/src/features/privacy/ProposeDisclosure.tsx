import { Button, Checkbox, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Disclosure, type PrivacyRequest } from '~/api';
import { useFormErrors } from '~/design/forms';
import { ErrorNotice } from '~/design/Notice';
import { PersonPicker } from '~/design/PersonPicker';
import { DISCLOSED_CATEGORIES } from './request-texts';
import { useAccounts } from './usePersonNames';

type Category = Disclosure['categories'][number];

const CATEGORIES = Object.keys(DISCLOSED_CATEGORIES) as Category[];
/** Categories of data that are held of callers without an account. */
const OF_CALLERS: readonly Category[] = ['calls', 'voicemail', 'recordings'];
const EMPTY = {
  person_id: '',
  number: '',
  scope: '',
  categories: [] as Category[],
  since: '',
  until: '',
  other_parties: false,
  silent_until: '',
};

/** Midnight of a local day, or of one after it. */
const startOf = (day: string, after = 0) => {
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + after);
  return at.toISOString();
};

const needsPeriod = ({ categories }: typeof EMPTY) => categories.some((each) => each !== 'account');

/** Form to propose a disclosure; behind a button until it is wanted. */
export function ProposeDisclosure({ request, tenant }: { request: PrivacyRequest; tenant?: string }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const people = useAccounts(tenant).items;
  const form = useForm({
    initialValues: EMPTY,
    validate: {
      person_id: (value, { number }) => (value || number.trim() ? null : t`Choose a person, or enter a number.`),
      scope: (value) => (value.trim() ? null : t`Enter what the authority asks for.`),
      categories: (value) => (value.length > 0 ? null : t`Choose the data.`),
      since: (value, values) => (value || !needsPeriod(values) ? null : t`Choose the first day.`),
      until: (value, values) =>
        !needsPeriod(values) || (value && value >= values.since) ? null : t`Choose the last day, not before the first.`,
    },
  });
  const propose = useMutation({
    mutationFn: (values: typeof EMPTY) => {
      const { person_id, number, scope, categories, other_parties, silent_until } = values;
      const period = needsPeriod(values) ? { since: startOf(values.since), until: startOf(values.until, 1) } : {};
      return api.proposeDisclosure({
        path: { request_id: request.id },
        query: { tenant },
        body: {
          ...(person_id ? { person_id } : { number: number.trim() }),
          scope,
          categories,
          other_parties,
          ...period,
          silent_until: silent_until ? startOf(silent_until) : null,
        },
      });
    },
    onSuccess: () => {
      form.reset();
      setOpen(false);
      void queries.invalidateQueries({ queryKey: ['disclosures'] });
    },
  });
  const { element, fail, fault } = useFormErrors(form, propose.error);
  const isCaller = !form.values.person_id && form.values.number.trim() !== '';
  if (!open) {
    return (
      <Button size="md" variant="default" onClick={() => setOpen(true)} style={{ alignSelf: 'start' }}>
        <Trans>Propose a disclosure</Trans>
      </Button>
    );
  }
  return (
    <form ref={element} onSubmit={form.onSubmit((values) => propose.mutate(values), fail)} noValidate>
      <Stack gap="sm">
        <PersonPicker
          size="md"
          label={t`Person with an account`}
          clearable
          people={people.map(({ id, name, email }) => ({ id, name, detail: email ?? undefined }))}
          {...form.getInputProps('person_id')}
          onChange={(id) => form.setFieldValue('person_id', id ?? '')}
        />
        {!form.values.person_id && (
          <TextInput
            size="md"
            label={t`Telephone number outside`}
            description={t`Of a caller without an account, with country code, such as +49301234567.`}
            type="tel"
            maxLength={40}
            autoComplete="off"
            {...form.getInputProps('number')}
            onChange={(event) => {
              form.setFieldValue('number', event.currentTarget.value);
              form.setFieldValue(
                'categories',
                form.values.categories.filter((each) => OF_CALLERS.includes(each)),
              );
            }}
          />
        )}
        <Textarea
          size="md"
          label={t`Wording of the request`}
          description={t`As the authority has written it. It is part of the log.`}
          required
          autosize
          minRows={2}
          maxLength={5000}
          dir="auto"
          {...form.getInputProps('scope')}
        />
        <Checkbox.Group
          size="md"
          label={t`Data in the file`}
          description={t`Only what the request names.`}
          required
          {...form.getInputProps('categories')}
        >
          <Stack gap="xs" mt="xs">
            {(isCaller ? OF_CALLERS : CATEGORIES).map((each) => (
              <Checkbox key={each} size="md" value={each} label={t(DISCLOSED_CATEGORIES[each])} />
            ))}
          </Stack>
        </Checkbox.Group>
        {needsPeriod(form.values) && (
          <Group gap="sm" align="start">
            <TextInput size="md" type="date" required label={t`First day`} {...form.getInputProps('since')} />
            <TextInput size="md" type="date" required label={t`Last day`} {...form.getInputProps('until')} />
          </Group>
        )}
        <Checkbox
          size="md"
          label={t`With other people`}
          description={t`Only if the request needs it: numbers and names of others, and sound in which they speak.`}
          {...form.getInputProps('other_parties', { type: 'checkbox' })}
        />
        <TextInput
          size="md"
          type="date"
          label={t`The person must not know before`}
          description={t`Only if the authority has ordered silence.`}
          {...form.getInputProps('silent_until')}
        />
        <ErrorNotice fault={fault} />
        <Button size="md" type="submit" loading={propose.isPending} style={{ alignSelf: 'start' }}>
          <Trans>Propose</Trans>
        </Button>
      </Stack>
    </form>
  );
}
