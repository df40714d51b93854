import { Button, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { NewSuspension } from '~/api';
import { useChanges, type Change } from '~/design/changes';
import { DrawerFooter } from '~/design/Drawer';
import { showAtField } from '~/design/forms';
import { ErrorNotice } from '~/design/Notice';
import { REASONS } from './texts';

interface SuspensionFormProps {
  affected: readonly string[];
  change: (body: NewSuspension) => Change;
  onClose: () => void;
  /** The effects on an organisation; without it a person is suspended. */
  consequences?: ReactNode;
}

const OF_THE_SERVER = ['approval', 'closing', 'identity_provider'];
const OF_PEOPLE = ['absence', 'minor'];

/** Why an account or an organisation is suspended, and until when. */
export function SuspensionForm({ affected, change, onClose, consequences }: SuspensionFormProps) {
  const { t } = useLingui();
  const changes = useChanges(affected);
  const [fault, setFault] = useState<unknown>();
  const form = useForm({
    initialValues: { reason: 'other' as NewSuspension['reason'], text: '', until: '' },
    validate: { until: (value) => (value && new Date(value) <= new Date() ? t`Choose a time in the future.` : null) },
  });
  const submit = ({ until, ...values }: typeof form.values) =>
    changes.mutate(change({ ...values, until: until ? new Date(until).toISOString() : null }), {
      onSuccess: onClose,
      onError: (problem) => setFault(showAtField(form, problem)),
    });
  const leftOut = consequences ? [...OF_THE_SERVER, ...OF_PEOPLE] : OF_THE_SERVER;
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack>
        {consequences ?? (
          <Text size="sm">
            <Trans>
              The person is signed out everywhere, calls end, and phones reach only emergency numbers. They get an
              e-mail with the reason, and can ask for a review. Nothing is deleted.
            </Trans>
          </Text>
        )}
        <ErrorNotice fault={fault} />
        <Select
          size="md"
          label={t`Reason`}
          allowDeselect={false}
          data={Object.entries(REASONS)
            .filter(([value]) => !leftOut.includes(value))
            .map(([value, text]) => ({ value, label: t(text) }))}
          {...form.getInputProps('reason')}
        />
        <Textarea
          size="md"
          label={consequences ? t`Explanation for its administrators` : t`Explanation for the person`}
          autosize
          minRows={3}
          maxLength={2000}
          dir="auto"
          {...form.getInputProps('text')}
        />
        <TextInput
          size="md"
          type="datetime-local"
          label={t`Ends at`}
          description={consequences ? t`Empty: it has no end.` : t`Empty: until an administrator ends it.`}
          {...form.getInputProps('until')}
        />
      </Stack>
      <DrawerFooter>
        <Button type="submit" size="md" color="red.9" loading={changes.isPending}>
          <Trans>Suspend</Trans>
        </Button>
      </DrawerFooter>
    </form>
  );
}
