import { Button, Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import { api, type NewHold, type PrivacyRequest } from '~/api';
import { useMay } from '~/api/session';
import { ErrorBar } from '~/design/ErrorBar';
import { focusFirstField } from '~/design/focus';
import { ErrorNotice } from '~/design/Notice';
import { PersonPicker } from '~/design/PersonPicker';
import { useAccounts } from './usePersonNames';

type Target = 'call' | 'recording' | 'message' | 'person' | 'account' | 'number';

interface HoldFormProps {
  tenant?: string;
  /** The request of the authority, to which the hold is linked. */
  request?: PrivacyRequest;
  onClose: () => void;
}

/** Places a hold on one object, or on all objects of a person or number outside. */
export function HoldForm({ tenant, request, onClose }: HoldFormProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [target, setTarget] = useState<Target>('call');
  const [person, setPerson] = useState('');
  const people = useAccounts(tenant);
  const may = useMay();
  const place = useMutation({
    mutationFn: (body: NewHold) => api.placeHold({ query: { tenant }, body }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['holds'] });
      onClose();
    },
  });
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    const text = (name: string) => String(values.get(name) ?? '').trim();
    const which = text('which');
    const named =
      target === 'person'
        ? { person }
        : target === 'account'
          ? { person: which }
          : target === 'number'
            ? { number: which }
            : { kind: target, object: which };
    const texts = { authority: text('authority'), reason: text('reason'), review: text('review') };
    place.mutate({ ...named, ...texts, ...(request && { request: request.id }) });
  };
  return (
    <form ref={focusFirstField} onSubmit={send} aria-label={t`Place a hold`}>
      <Stack gap="sm" maw={480}>
        <Select
          size="md"
          label={t`Preserve`}
          allowDeselect={false}
          value={target}
          onChange={(chosen) => chosen && setTarget(chosen as Target)}
          data={[
            { value: 'call', label: t`A call` },
            { value: 'recording', label: t`A recording` },
            { value: 'message', label: t`A voicemail message` },
            { value: 'person', label: t`All objects of a person` },
            { value: 'account', label: t`All objects of a former account` },
            { value: 'number', label: t`All objects of a number outside` },
          ]}
        />
        {target === 'person' && <ErrorBar fault={people.fault} retry={people.retry} />}
        {target === 'person' ? (
          <PersonPicker
            size="md"
            label={t`Person with an account`}
            required
            people={people.items.map(({ id, name, email }) => ({ id, name, detail: email ?? undefined }))}
            value={person}
            onChange={(id) => setPerson(id ?? '')}
          />
        ) : (
          <TextInput
            size="md"
            name="which"
            required
            maxLength={64}
            autoComplete="off"
            label={target === 'number' ? t`Number` : t`Id`}
            description={
              target === 'number'
                ? t`Such as +49301234567`
                : (target === 'call' || target === 'recording') && may('history_read')
                  ? t`In the details of the call, under History`
                  : t`As the API shows it`
            }
          />
        )}
        <TextInput
          size="md"
          name="authority"
          required
          maxLength={1000}
          label={t`Authority`}
          defaultValue={request?.name}
          dir="auto"
        />
        <Textarea
          size="md"
          name="reason"
          required
          maxLength={1000}
          autosize
          minRows={2}
          label={t`Reason`}
          description={t`Only administrators see it.`}
          dir="auto"
        />
        <TextInput size="md" name="review" required type="date" label={t`Review by`} />
        <ErrorNotice fault={place.error} />
        <Group>
          <Button size="md" type="submit" loading={place.isPending}>
            <Trans>Place</Trans>
          </Button>
          <Button size="md" variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
