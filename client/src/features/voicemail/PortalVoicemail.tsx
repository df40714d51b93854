import { Button, NumberInput, Stack, Switch } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Message, type VoicemailSettings } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { changedFields, useFormErrors } from '~/design/forms';
import { usePages } from '~/design/lists';
import { formatDuration, formatDateTime } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { DataTable } from '~/design/table';
import { useValue } from '~/core/store';
import { ExtensionSelect } from '~/features/extensions';
import { confirmErase } from './erase-dialog';
import { SharedMailboxes } from './SharedMailboxes';
import { MailboxBody } from './MailboxBody';
import { askAboutOldMessages, withOldMessagesChoice, type OldMessages } from './old-messages';

/** Voicemail settings of the tenant and its mailboxes. */
export default function PortalVoicemail() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['voicemail-settings', tenant],
    queryFn: async () => (await api.showVoicemailSettings({ query: { tenant } })).data,
  });
  return (
    <Page title={t`Voicemail`} size="lg">
      <ErrorBar fault={error} retry={refetch} />
      {data && <Settings tenant={tenant} settings={data} />}
      {!isPending && (
        // Render later, to avoid a layout shift under the pointer.
        <>
          <SharedMailboxes tenant={tenant} />
          <Mailboxes tenant={tenant} />
        </>
      )}
    </Page>
  );
}

function Settings({ tenant, settings }: { tenant?: string; settings: VoicemailSettings }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const form = useForm({ initialValues: settings });
  const save = useMutation({
    // The requirements of transcription are read-only.
    mutationFn: async ({ transcription_needs: _, ...values }: VoicemailSettings) => {
      const body = changedFields(form, values);
      const change = (old_messages?: OldMessages) =>
        api.changeVoicemailSettings({ query: { tenant }, body: { ...body, old_messages } });
      return (await withOldMessagesChoice(change, askAboutOldMessages(t)))?.data;
    },
    onSuccess: (saved) => {
      if (!saved) return;
      queries.setQueryData(['voicemail-settings', tenant], saved);
      form.setInitialValues(saved);
      form.setValues(saved);
    },
  });
  const { element, fault } = useFormErrors(form, save.error);
  return (
    <Section title={t`General`}>
      <form ref={element} onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack gap="sm">
          <ErrorNotice fault={fault} />
          {save.data && !form.isDirty() && (
            <InfoNotice>
              <Trans>Saved.</Trans>
            </InfoNotice>
          )}
          <Switch
            label={t`Send unanswered calls to voicemail`}
            {...form.getInputProps('enabled', { type: 'checkbox' })}
          />
          <NumberInput label={t`Maximum message length (seconds)`} {...form.getInputProps('longest_seconds')} />
          <NumberInput label={t`Maximum messages per mailbox`} {...form.getInputProps('most_messages')} />
          <NumberInput
            label={t`Keep archived items (days)`}
            description={t`Archived items are erased after this time.`}
            {...form.getInputProps('restorable_days')}
          />
          <Switch
            label={t`Keep original audio`}
            description={t`Uses eight times the storage, without an audible difference on the phone.`}
            {...form.getInputProps('keep_wav', { type: 'checkbox' })}
          />
          <Switch
            label={t`Users may receive messages by e-mail`}
            description={t`Each owner decides for their own mailbox. Sent messages cannot be deleted here.`}
            {...form.getInputProps('mail_sound', { type: 'checkbox' })}
          />
          <Button type="submit" loading={save.isPending} disabled={!form.isDirty()} style={{ alignSelf: 'start' }}>
            <Trans>Save</Trans>
          </Button>
        </Stack>
      </form>
    </Section>
  );
}

function Mailboxes({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Section title={t`Individual mailboxes`} lead={t`Messages of other users can be erased here, but not played.`}>
      <ExtensionSelect tenant={tenant} value={chosen} onChange={setChosen} />
      {chosen && (
        <>
          <MailboxBody key={chosen} extension={chosen} tenant={tenant} />
          <Messages extension={chosen} tenant={tenant} />
        </>
      )}
    </Section>
  );
}

function Messages({ extension, tenant }: { extension: string; tenant?: string }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const key = ['voicemail', tenant, extension];
  const list = usePages<Message>(key, async () => {
    const [inbox, archived] = await Promise.all(
      [false, true].map((hidden) => api.listVoicemail({ query: { tenant, extension, hidden } })),
    );
    return { data: { items: [...inbox!.data.items, ...archived!.data.items], next: null } };
  });
  const erase = useMutation({
    mutationFn: (one: Message) => api.eraseVoicemail({ path: { message_id: one.id }, query: { tenant } }),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
  const confirmAndErase = async (one: Message) => {
    if (await confirmErase(t, one.mailed)) erase.mutate(one);
  };
  const state = (one: Message) => (one.hidden ? t`archived` : one.heard ? t`heard` : t`new`);
  return (
    <>
      <ErrorNotice fault={erase.error} />
      <DataTable
        label={t`Messages`}
        list={list}
        columns={[
          { title: t`Received`, render: (one) => formatDateTime(one.created) },
          { title: t`Length`, numeric: true, render: (one) => formatDuration(Math.round(one.seconds)) },
          { title: t`State`, render: state },
        ]}
        actions={(one) => (
          <Button
            size="xs"
            variant="default"
            aria-label={t`Erase the message from ${formatDateTime(one.created)}`}
            onClick={() => void confirmAndErase(one)}
          >
            <Trans>Erase</Trans>
          </Button>
        )}
        empty={<Trans>No messages.</Trans>}
      />
    </>
  );
}
