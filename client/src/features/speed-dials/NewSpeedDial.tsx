import { Button, SimpleGrid, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { SpeedDial } from '~/api';
import { asProblem } from '~/core/problem';
import { problemSentences } from '~/design/problem-messages';
import { nextCode } from './model';

interface NewSpeedDialProps {
  taken: readonly string[];
  onAdd: (entry: SpeedDial) => Promise<unknown>;
}

/** A form for another speed dial. */
export function NewSpeedDial({ taken, onAdd }: NewSpeedDialProps) {
  const { t } = useLingui();
  const [saving, setSaving] = useState(false);
  const proposed = nextCode(taken);
  const form = useForm({
    initialValues: { code: '', number: '', name: '' },
    validate: {
      code: (value) => (value === '' || /^[0-9]{2}$/.test(value) ? null : t`Use two digits.`),
      number: (value) => (value.trim() ? null : t`Enter a number.`),
    },
  });
  const add = async ({ code, number, name }: typeof form.values) => {
    setSaving(true);
    try {
      await onAdd({ code: code || proposed, number, name });
      form.reset();
    } catch (fault) {
      const problem = asProblem(fault);
      const field = problem.field in form.values ? problem.field : 'number';
      form.setFieldError(field, problemSentences(problem, t));
    } finally {
      setSaving(false);
    }
  };
  return (
    <form onSubmit={form.onSubmit((values) => void add(values))} noValidate>
      <SimpleGrid cols={{ base: 1, sm: 3 }} mb="sm">
        <TextInput
          size="md"
          label={t`Code`}
          inputMode="numeric"
          autoComplete="off"
          maxLength={2}
          placeholder={proposed}
          {...form.getInputProps('code')}
        />
        <TextInput
          size="md"
          label={t`Number`}
          type="tel"
          autoComplete="off"
          maxLength={40}
          {...form.getInputProps('number')}
        />
        <TextInput
          size="md"
          dir="auto"
          label={t`Name`}
          autoComplete="off"
          maxLength={60}
          {...form.getInputProps('name')}
        />
      </SimpleGrid>
      <Button type="submit" size="md" variant="light" loading={saving}>
        <Trans>Add speed dial</Trans>
      </Button>
    </form>
  );
}
