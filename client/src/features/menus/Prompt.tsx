import { Input, SegmentedControl, Select, Stack, Textarea } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { useId } from 'react';
import { api } from '~/api';
import { useTargets } from '~/features/routing';
import type { MenuValues } from './model';

interface PromptProps {
  form: UseFormReturnType<MenuValues>;
  tenant?: string;
}

/** The prompt of a menu: a text that is spoken, or a sound; and its language. */
export function Prompt({ form, tenant }: PromptProps) {
  const { t } = useLingui();
  const id = useId();
  const spoken = form.values.prompt === 'say';
  return (
    <Stack gap="sm">
      <Input.Wrapper label={t`Prompt`} labelElement="div" labelProps={{ id }} size="md">
        <SegmentedControl
          size="md"
          fullWidth
          aria-labelledby={id}
          data={[
            { value: 'say', label: t`Text` },
            { value: 'sound', label: t`Sound` },
          ]}
          {...form.getInputProps('prompt')}
        />
      </Input.Wrapper>
      {spoken ? (
        <Textarea
          size="md"
          label={t`Text to speak`}
          required
          dir="auto"
          autosize
          minRows={3}
          maxLength={1000}
          placeholder={t`Welcome to Example Ltd. For sales, press 1.`}
          {...form.getInputProps('say')}
        />
      ) : (
        <SoundSelect form={form} tenant={tenant} />
      )}
      <Select
        size="md"
        label={t`Language of the prompts`}
        allowDeselect={false}
        data={[
          { value: 'caller', label: t`That of the caller` },
          { value: 'en', label: 'English' },
          { value: 'de', label: 'Deutsch' },
        ]}
        {...form.getInputProps('language')}
        value={form.values.language || 'caller'}
        onChange={(value) =>
          form.setFieldValue('language', (value === 'caller' ? '' : value) as MenuValues['language'])
        }
      />
    </Stack>
  );
}

function SoundSelect({ form, tenant }: PromptProps) {
  const { t, i18n } = useLingui();
  const own = (useTargets(tenant).prompt ?? []).map(({ label }) => label);
  const language = i18n.locale === 'de' ? 'de' : 'en';
  const standard = useQuery({
    queryKey: ['prompts', tenant, language],
    queryFn: async () => (await api.listPrompts({ query: { tenant, language } })).data.items,
  });
  const data = [
    { group: t`Your sounds`, items: own },
    {
      group: t`Standard prompts`,
      items: (standard.data ?? []).map(({ name, text }) => ({ value: name, label: text || name })),
    },
  ];
  return (
    <Select
      size="md"
      label={t`Sound`}
      required
      searchable
      limit={100}
      maxDropdownHeight={320}
      nothingFoundMessage={t`No match`}
      data={data.filter(({ items }) => items.length > 0)}
      {...form.getInputProps('sound')}
      value={form.values.sound || null}
    />
  );
}
