import { Button, NumberInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type AttachmentLimits } from '~/api';
import { useChanges } from '~/design/changes';
import { changedFields, showAtField } from '~/design/forms';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;
/** Height of the form, in pixels: the buttons below do not move while it is loaded, or a press would miss them. */
const FORM_HEIGHT = 233.3;
/** Limits of the API, in these units. */
const LARGEST_FILE = 2048;
const LARGEST_QUOTA = 102_400;

/** Limits for files that are sent in chat, and how much of them is used. */
export function ChatFiles({ tenant }: { tenant: string }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: ['attachment-limits', tenant],
    queryFn: async () => (await api.showAttachmentLimits({ query: { tenant } })).data,
  });
  return (
    <Section title={t`Files in chat`} lead={<Trans>Pictures, voice messages and other files in messages.</Trans>}>
      {data ? (
        <LimitsForm key={`${data.max_file_bytes} ${data.quota_bytes}`} tenant={tenant} limits={data} />
      ) : error ? (
        <ErrorBar fault={error} retry={() => void refetch()} />
      ) : (
        <SkeletonBlock height={FORM_HEIGHT} />
      )}
    </Section>
  );
}

function LimitsForm({ tenant, limits }: { tenant: string; limits: AttachmentLimits }) {
  const { t, i18n } = useLingui();
  const query = { tenant };
  const changes = useChanges(['attachment-limits']);
  const [fault, setFault] = useState<unknown>();
  const { max_file_bytes, quota_bytes, used_bytes } = limits;
  const form = useForm({
    initialValues: limits,
    validate: {
      max_file_bytes: (value) => (value >= 1 ? null : t`Enter at least 1 MB.`),
      quota_bytes: (value) => (value >= 0 ? null : t`Enter 0 or more.`),
    },
  });
  const save = ({ used_bytes: _, ...values }: AttachmentLimits) => {
    setFault(undefined);
    changes.mutate(
      {
        apply: () => api.changeAttachmentLimits({ query, body: changedFields(form, values) }),
        undo: () => api.changeAttachmentLimits({ query, body: { max_file_bytes, quota_bytes } }),
        message: t`The limits for files are changed.`,
      },
      { onError: (problem) => setFault(showAtField(form, problem)) },
    );
  };
  const inUnits = (field: 'max_file_bytes' | 'quota_bytes', unit: number) => {
    const { value, onChange, ...props } = form.getInputProps(field);
    return {
      ...props,
      value: Number.isNaN(value) ? '' : (value as number) / unit,
      onChange: (entered: number | string) => onChange(entered === '' ? NaN : Math.round(Number(entered) * unit)),
    };
  };
  const gigabytes = (bytes: number) => i18n.number(bytes / GIBIBYTE, { maximumFractionDigits: 1 });
  return (
    <form onSubmit={form.onSubmit(save)} noValidate>
      <Stack gap="sm">
        <ErrorNotice fault={fault} />
        <Text size="sm">
          <Trans>
            {gigabytes(used_bytes)} of {gigabytes(quota_bytes)} GB are used.
          </Trans>
        </Text>
        <NumberInput
          label={t`Longest file (MB)`}
          min={1}
          max={LARGEST_FILE}
          allowNegative={false}
          {...inUnits('max_file_bytes', MEBIBYTE)}
        />
        <NumberInput
          label={t`All files together (GB)`}
          description={t`Files that are stored stay. 0: no further file is sent.`}
          min={0}
          max={LARGEST_QUOTA}
          allowNegative={false}
          {...inUnits('quota_bytes', GIBIBYTE)}
        />
        <Button type="submit" loading={changes.isPending} disabled={!form.isDirty()} style={{ alignSelf: 'start' }}>
          <Trans>Save</Trans>
        </Button>
      </Stack>
    </form>
  );
}
