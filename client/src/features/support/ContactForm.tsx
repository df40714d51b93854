import { Button, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { useIsAdministrator } from '~/api/session';
import { toast } from '~/core/toasts';
import { useFormErrors } from '~/design/forms';
import { ErrorNotice } from '~/design/Notice';
import { collectDiagnostics, formatReport } from '~/features/about';
import { REQUEST_KINDS } from '~/features/privacy';
import { OWN_INBOX } from './OwnInbox';

const KINDS = ['inquiry', 'technical', 'complaint', 'abuse'] as const;
const EMPTY = {
  to: 'organisation' as 'organisation' | 'provider',
  kind: 'inquiry' as (typeof KINDS)[number],
  topic: '',
  text: '',
  attachment: '',
};

/** Form for a message to the administrators. A report of the device is attached only as it is shown here. */
export function ContactForm({ onSent }: { onSent: (id: string) => void }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const administrator = useIsAdministrator();
  const form = useForm({
    initialValues: EMPTY,
    validate: {
      topic: (value) => (value.trim() ? null : t`Enter a subject.`),
      text: (value) => (value.trim() ? null : t`Write your message.`),
    },
  });
  const send = useMutation({
    mutationFn: (body: typeof EMPTY) => api.sendOwnRequest({ body }),
    onSuccess: async ({ data }) => {
      form.reset();
      await queries.invalidateQueries({ queryKey: OWN_INBOX });
      toast({ message: t`The message is sent.` });
      onSent(data.id);
    },
  });
  const collect = useMutation({
    mutationFn: async () => formatReport(await collectDiagnostics()),
    onSuccess: (text) => form.setFieldValue('attachment', text),
  });
  const { element, fail, fault } = useFormErrors(form, send.error ?? collect.error);
  return (
    <form ref={element} onSubmit={form.onSubmit((values) => send.mutate(values), fail)} noValidate>
      <Stack gap="sm">
        {administrator && (
          <Select
            size="md"
            label={t`To`}
            description={t`The provider runs this phone system.`}
            allowDeselect={false}
            data={[
              { value: 'organisation', label: t`Administrators of my organisation` },
              { value: 'provider', label: t`Provider` },
            ]}
            {...form.getInputProps('to')}
          />
        )}
        <Select
          size="md"
          label={t({ message: 'About', context: 'topic' })}
          allowDeselect={false}
          data={KINDS.map((value) => ({ value, label: t(REQUEST_KINDS[value]) }))}
          {...form.getInputProps('kind')}
        />
        <TextInput size="md" label={t`Subject`} maxLength={200} dir="auto" required {...form.getInputProps('topic')} />
        <Textarea
          size="md"
          label={t`Message`}
          autosize
          minRows={4}
          maxLength={10000}
          dir="auto"
          required
          {...form.getInputProps('text')}
        />
        <Switch
          size="md"
          label={t`Attach a diagnostics report`}
          description={t`It contains no names, numbers or call content. You see it before it is sent.`}
          checked={form.values.attachment !== ''}
          onChange={(event) => (event.currentTarget.checked ? collect.mutate() : form.setFieldValue('attachment', ''))}
        />
        {form.values.attachment !== '' && (
          <Textarea
            label={t`Report`}
            autosize
            minRows={6}
            maxRows={16}
            maxLength={65536}
            spellCheck={false}
            styles={{
              input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 'var(--mantine-font-size-xs)' },
            }}
            {...form.getInputProps('attachment')}
          />
        )}
        <ErrorNotice fault={fault} />
        <Button type="submit" size="md" loading={send.isPending} style={{ alignSelf: 'start' }}>
          <Trans>Send</Trans>
        </Button>
      </Stack>
    </form>
  );
}
