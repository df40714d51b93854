import { Button, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
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
}

/** Why an account is suspended, and until when. */
export function SuspensionForm({ affected, change, onClose }: SuspensionFormProps) {
  const { t } = useLingui();
  const changes = useChanges(affected);
  const [fault, setFault] = useState<unknown>();
  const form = useForm({ initialValues: { reason: 'other' as NewSuspension['reason'], text: '', until: '' } });
  const submit = ({ until, ...values }: typeof form.values) =>
    changes.mutate(change({ ...values, until: until ? new Date(until).toISOString() : null }), {
      onSuccess: onClose,
      onError: (problem) => setFault(showAtField(form, problem)),
    });
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack>
        <Text size="sm">
          <Trans>
            The person is signed out everywhere, calls end, and phones reach only emergency numbers. They get an e-mail
            with the reason, and can ask for a review. Nothing is deleted.
          </Trans>
        </Text>
        <ErrorNotice fault={fault} />
        <Select
          size="md"
          label={t`Reason`}
          allowDeselect={false}
          data={Object.entries(REASONS)
            .filter(([value]) => !['approval', 'closing', 'identity_provider'].includes(value))
            .map(([value, text]) => ({ value, label: t(text) }))}
          {...form.getInputProps('reason')}
        />
        <Textarea
          size="md"
          label={t`Explanation for the person`}
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
          description={t`Empty: until an administrator ends it.`}
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
