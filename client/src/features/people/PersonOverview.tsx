import { Button, Group, Select, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Extension, type PersonChange, type PersonDetails, type Role } from '~/api';
import { useMay } from '~/api/session';
import { Changeable } from '~/design/Changeable';
import { formatDate } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { ShownNumber } from '~/features/numbers';
import { PersonRoles } from '~/features/roles';
import { personRequests, usePeopleChanges } from './changes';
import { EditField } from './EditField';
import type { PersonTabProps } from './PersonPage';
import { usePeopleTexts } from './texts';

/** Profile and numbers, edited in place. */
export function PersonOverview({ person, tenant }: PersonTabProps) {
  const { t } = useLingui();
  const may = useMay();
  const { roles, languages } = usePeopleTexts();
  const changes = usePeopleChanges();
  const { change } = personRequests(person, tenant);
  const save = (body: PersonChange, before: PersonChange, message: string) =>
    changes.mutateAsync({ apply: () => change(body), undo: () => change(before), message });
  return (
    <>
      <Section title={t`Profile`}>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Changeable allowed={may('people_change')}>
            <EditField
              label={t`Name`}
              value={person.name}
              check={(name) => (name ? null : t`Enter a name.`)}
              onSave={(name) => save({ name }, { name: person.name }, t`The name is changed.`)}
            />
            <EditField
              label={t`E-mail`}
              type="email"
              value={person.email}
              check={(email) => (/^\S+@\S+\.\S+$/.test(email) ? null : t`Enter an e-mail address.`)}
              onSave={(email) => save({ email }, { email: person.email }, t`The e-mail address is changed.`)}
            />
            <EditField
              label={t`Department`}
              value={person.department}
              maxLength={60}
              onSave={(department) =>
                save({ department }, { department: person.department }, t`The department is changed.`)
              }
            />
            <Select
              size="md"
              maw="var(--field-width)"
              label={t`Role`}
              allowDeselect={false}
              disabled={changes.isPending || person.role === 'operator'}
              data={(person.role === 'operator' ? (['operator'] as const) : (['user', 'tenant_admin'] as const)).map(
                (value) => ({ value, label: roles[value] }),
              )}
              value={person.role}
              onChange={(role) =>
                void save({ role: role as Role }, { role: person.role }, t`The role is changed.`).catch(() => undefined)
              }
            />
            <Select
              size="md"
              maw="var(--field-width)"
              label={t`Language`}
              description={t`Of prompts and e-mails.`}
              allowDeselect={false}
              disabled={changes.isPending}
              data={languages}
              value={person.language ?? ''}
              onChange={(language) =>
                void save(
                  { language: language as PersonChange['language'] },
                  { language: person.language ?? '' },
                  t`The language is changed.`,
                ).catch(() => undefined)
              }
            />
          </Changeable>
        </SimpleGrid>
        {person.role === 'user' && <PersonRoles person={person} tenant={tenant} />}
        <ErrorNotice fault={changes.error} />
        <AddressState state={person.email_state} />
        <Text size="sm" c="dimmed">
          {person.last_seen ? (
            <Trans>Last seen on {formatDate(person.last_seen)}.</Trans>
          ) : (
            <Trans>Not seen yet.</Trans>
          )}{' '}
          <Trans>Account since {formatDate(person.created)}.</Trans>
        </Text>
      </Section>
      {person.extensions.map((each) => (
        <NumberSection key={each.id} extension={each} tenant={tenant} />
      ))}
      {person.extensions.length === 0 && <AddNumber person={person} tenant={tenant} />}
    </>
  );
}

/** Reports of mail servers and of the person about the address; nothing if all is well. */
function AddressState({ state: { fails, suppressed, reason } }: { state: PersonDetails['email_state'] }) {
  return (
    <>
      {fails && (
        <Text size="sm" c="red">
          <Trans>The e-mail address does not work: a mail server has rejected it.</Trans>
        </Text>
      )}
      {suppressed && (
        <Text size="sm">
          {reason === 'complaint' ? (
            <Trans>No advertising: an e-mail was called spam on {formatDate(suppressed)}.</Trans>
          ) : (
            <Trans>No advertising: unsubscribed on {formatDate(suppressed)}.</Trans>
          )}
        </Text>
      )}
    </>
  );
}

/** A number with its caller name and times, edited in place. */
export function NumberSection({ extension, tenant }: { extension: Extension; tenant?: string }) {
  const { t } = useLingui();
  const may = useMay();
  const changes = usePeopleChanges();
  type Body = Parameters<typeof api.updateExtension>[0]['body'];
  const change = (body: Body) => api.updateExtension({ path: { extension: extension.id }, query: { tenant }, body });
  const save = (body: Body, before: Body) =>
    changes.mutateAsync({ apply: () => change(body), undo: () => change(before), message: t`Saved.` });
  const { name, ring_seconds, max_call_seconds, department } = extension;
  const within = (least: number, most: number) => (text: string) =>
    /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? null : t`Enter ${least} to ${most}.`;
  return (
    <Section title={t`Number ${extension.number}`}>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Changeable allowed={may('people_change')}>
          <EditField
            label={t`Name shown to callees`}
            value={name}
            check={(text) => (text ? null : t`Enter a name.`)}
            onSave={(text) => save({ name: text }, { name })}
          />
          <EditField
            label={t`Ring time (seconds)`}
            inputMode="numeric"
            value={String(ring_seconds)}
            check={within(5, 300)}
            onSave={(text) => save({ ring_seconds: Number(text) }, { ring_seconds })}
          />
          <EditField
            label={t`Maximum duration (minutes)`}
            inputMode="numeric"
            value={String(Math.round(max_call_seconds / 60))}
            check={within(1, 1440)}
            onSave={(text) => save({ max_call_seconds: Number(text) * 60 }, { max_call_seconds })}
          />
          {extension.person_id === null && (
            <EditField
              label={t`Department`}
              value={department}
              maxLength={60}
              onSave={(text) => save({ department: text }, { department })}
            />
          )}
        </Changeable>
        <Changeable allowed={may('routing_change')}>
          <ShownNumber owner={extension.number} description={t`On the phones of people outside.`} tenant={tenant} />
        </Changeable>
      </SimpleGrid>
    </Section>
  );
}

function AddNumber({ person, tenant }: PersonTabProps) {
  const { t } = useLingui();
  const may = useMay();
  const changes = usePeopleChanges();
  const [typed, setTyped] = useState<string>();
  const proposed = useQuery({
    queryKey: ['next-number', tenant],
    queryFn: async () => (await api.proposeNumber({ query: { tenant } })).data.number,
    staleTime: 0,
    gcTime: 0,
  }).data;
  const number = typed ?? proposed ?? '';
  const add = () =>
    changes.mutate({
      apply: () => api.addPersonExtension({ path: { person_id: person.id }, query: { tenant }, body: { number } }),
      message: t`${person.name} has the number ${number}.`,
    });
  return (
    <Section title={t`Number`} lead={t`Without a number, this person cannot be called.`}>
      <ErrorNotice fault={changes.error} />
      <Group align="end">
        <Changeable allowed={may('people_change')}>
          <TextInput
            size="md"
            label={t`Number`}
            inputMode="numeric"
            value={number}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button size="md" disabled={!/^[0-9]{2,8}$/.test(number)} loading={changes.isPending} onClick={add}>
            <Trans>Add a number</Trans>
          </Button>
        </Changeable>
      </Group>
    </Section>
  );
}
