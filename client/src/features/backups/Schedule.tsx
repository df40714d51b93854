import { Button, NumberInput, Select, Stack, Switch } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type BackupSchedule } from '~/api';
import { useChanges } from '~/design/changes';
import { useFormErrors } from '~/design/forms';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { INTERVALS, type Interval } from './texts';

/** When backups are made, and how many stay. */
export function Schedule({ schedule }: { schedule: BackupSchedule }) {
  const { t } = useLingui();
  const changes = useChanges(['backups']);
  const form = useForm({ initialValues: schedule });
  const { element, fault } = useFormErrors(form, changes.error);
  const save = (values: BackupSchedule) =>
    changes.mutate({
      apply: async () => {
        await api.setBackupSchedule({ body: values });
        form.resetDirty();
      },
      message: t`The schedule is saved.`,
    });
  return (
    <Section
      title={t`Schedule`}
      lead={
        <Trans>
          Keep few: with the master key, a backup opens what was erased after it, unless it is restored with the erasure
          journal.
        </Trans>
      }
    >
      <form ref={element} onSubmit={form.onSubmit(save)} noValidate>
        <Stack gap="sm">
          <ErrorNotice fault={fault} />
          <Select
            size="md"
            label={t`How often`}
            description={t`After 2:00 in the time zone of the server`}
            allowDeselect={false}
            data={Object.entries(INTERVALS).map(([value, text]) => ({ value, label: t(text) }))}
            {...form.getInputProps('every')}
            onChange={(value) => form.setFieldValue('every', value as Interval)}
          />
          <NumberInput
            size="md"
            label={t`Backups that stay`}
            description={t`Older ones are deleted; those from before an update after 14 days.`}
            min={1}
            max={60}
            clampBehavior="strict"
            allowDecimal={false}
            {...form.getInputProps('keep')}
          />
          <Switch
            size="md"
            label={t`Try each one`}
            description={t`It is restored beside the server, opened, checked and deleted. This needs as much space again.`}
            {...form.getInputProps('drill', { type: 'checkbox' })}
          />
          <Button
            size="md"
            type="submit"
            loading={changes.isPending}
            disabled={!form.isDirty()}
            style={{ alignSelf: 'start' }}
          >
            <Trans>Save</Trans>
          </Button>
        </Stack>
      </form>
    </Section>
  );
}
