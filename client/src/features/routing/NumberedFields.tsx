import { TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useLingui } from '@lingui/react/macro';

interface NumberedFieldsProps<Values> {
  form: UseFormReturnType<Values>;
  /** Whether the item exists: its number is permanent. */
  exists: boolean;
}

/** Name and number of something that is dialled. */
export function NumberedFields<Values extends { name: string; number: string }>(props: NumberedFieldsProps<Values>) {
  const { form, exists } = props;
  const { t } = useLingui();
  return (
    <>
      <TextInput size="md" label={t`Name`} required dir="auto" data-autofocus {...form.getInputProps('name')} />
      <TextInput
        size="md"
        label={t`Number`}
        inputMode="numeric"
        autoComplete="off"
        required
        disabled={exists}
        {...form.getInputProps('number')}
      />
    </>
  );
}
