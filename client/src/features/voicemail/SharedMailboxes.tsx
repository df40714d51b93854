import { Badge, Button, Group, PasswordInput, Stack, Switch, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconPlus, IconRecordMail } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useFieldChecks } from '~/design/useFieldChecks';
import { api, type GroupMailbox } from '~/api';
import { changedFields, useFormErrors } from '~/design/forms';
import { EmptyState } from '~/design/EmptyState';
import { ErrorNotice } from '~/design/Notice';
import { useCrudList } from '~/design/crud-list';
import { Section } from '~/design/Section';
import { DataTable } from '~/design/table';
import { closeDialogs } from '~/design/dialogs';
import { conditionOf } from '~/features/routing';
import { Greetings } from './Greetings';
import { askAboutOldMessages, withOldMessagesChoice, type OldMessages } from './old-messages';

const QUERY_KEY = 'group-mailboxes';

/** Shared mailboxes with their own numbers. */
export function SharedMailboxes({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const mailboxes = useCrudList<GroupMailbox>({
    queryKey: [QUERY_KEY, tenant],
    load: (cursor) => api.listMailboxes({ query: { tenant, cursor } }),
    remove: ({ id, version }) =>
      api.deleteMailbox({ path: { mailbox: id }, query: { tenant }, headers: conditionOf(version) }),
    deleteConfirmation: (one) => ({
      title: t`Delete mailbox ${one.number}?`,
      text: t`All messages and greetings will be erased permanently.`,
    }),
    form: (one) => ({
      title: one ? t`Mailbox ${one.number}` : t`New mailbox`,
      children: <EditMailbox tenant={tenant} mailbox={one} />,
    }),
  });
  return (
    <Section title={t`Shared mailboxes`} lead={t`Calls to this number leave a message for all members.`}>
      <ErrorNotice fault={mailboxes.removalFault} />
      <DataTable
        list={mailboxes.list}
        label={t`Shared mailboxes`}
        columns={[
          { title: t`Name`, render: (one) => one.name },
          { title: t`Number`, render: (one) => one.number, numeric: true, card: 'aside' },
          { title: t`Members`, render: (one) => one.members.join(', ') },
          {
            title: t`New messages`,
            numeric: true,
            render: (one) => (one.enabled ? one.new_messages : <Badge variant="default">{t`Off`}</Badge>),
          },
        ]}
        actions={mailboxes.actions}
        empty={
          <EmptyState
            icon={IconRecordMail}
            text={<Trans>No shared mailbox yet. Sales and support often share one.</Trans>}
          />
        }
      />
      <Group justify="flex-end">
        <Button variant="light" leftSection={<IconPlus size={16} aria-hidden />} onClick={mailboxes.add}>
          <Trans>New mailbox</Trans>
        </Button>
      </Group>
    </Section>
  );
}

function EditMailbox({ tenant, mailbox }: { tenant?: string; mailbox?: GroupMailbox }) {
  const { t } = useLingui();
  const checks = useFieldChecks();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      number: mailbox?.number ?? '',
      name: mailbox?.name ?? '',
      members: mailbox?.members ?? [],
      pin: '',
      lamp: mailbox?.lamp ?? true,
      enabled: mailbox?.enabled ?? true,
    },
    validate: {
      number: checks.number,
      name: checks.name,
      pin: checks.pin,
    },
  });
  const save = useMutation({
    mutationFn: async ({ number, pin, enabled, ...rest }: typeof form.values) => {
      // Empty keeps the current PIN, which is never shown.
      const body = { ...rest, ...(pin && { pin }) };
      if (!mailbox) return api.createMailbox({ query: { tenant }, body: { number, ...body } });
      const change = changedFields(form, { ...body, enabled });
      // Other fields that others have changed stay as they are; the list of members is replaced as a whole.
      const headers = 'members' in change ? conditionOf(mailbox.version) : undefined;
      const which = { path: { mailbox: mailbox.id }, query: { tenant }, headers };
      return withOldMessagesChoice(
        (old_messages?: OldMessages) => api.updateMailbox({ ...which, body: { ...change, old_messages } }),
        askAboutOldMessages(t),
      );
    },
    onSuccess: (saved) => saved && closeDialogs(),
    onSettled: () => queries.invalidateQueries({ queryKey: [QUERY_KEY] }),
  });
  const { element, fail, fault } = useFormErrors(form, save.error);
  return (
    <Stack>
      <form ref={element} onSubmit={form.onSubmit((values) => save.mutate(values), fail)} noValidate>
        <Stack>
          <ErrorNotice fault={fault} />
          <TextInput
            label={t`Number`}
            inputMode="numeric"
            disabled={Boolean(mailbox)}
            required
            data-autofocus={!mailbox || undefined}
            {...form.getInputProps('number')}
          />
          <TextInput
            label={t`Name`}
            required
            data-autofocus={Boolean(mailbox) || undefined}
            {...form.getInputProps('name')}
          />
          <TagsInput
            label={t`Members`}
            description={t`Extensions that can play and archive the messages.`}
            clearButtonProps={{ 'aria-label': t`Remove all` }}
            {...form.getInputProps('members')}
          />
          <PasswordInput
            label={t`PIN`}
            description={
              mailbox?.has_pin ? t`PIN set. Leave empty to keep it.` : t`Allows access to the mailbox by *98.`
            }
            inputMode="numeric"
            autoComplete="off"
            visibilityToggleButtonProps={{ 'aria-label': t`Show or hide PIN` }}
            {...form.getInputProps('pin')}
          />
          <Switch
            label={t`Message waiting indicator for members`}
            {...form.getInputProps('lamp', { type: 'checkbox' })}
          />
          {mailbox && <Switch label={t`Accept messages`} {...form.getInputProps('enabled', { type: 'checkbox' })} />}
          <Button type="submit" loading={save.isPending} style={{ alignSelf: 'end' }}>
            <Trans>Save</Trans>
          </Button>
        </Stack>
      </form>
      {mailbox && <Greetings mailbox={mailbox.id} tenant={tenant} />}
    </Stack>
  );
}
