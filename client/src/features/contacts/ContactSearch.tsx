import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';

/** Search field of contacts. */
export function ContactSearch({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useLingui();
  return (
    <TextInput
      type="search"
      size="md"
      aria-label={t`Search contacts`}
      placeholder={t`Search`}
      leftSection={<IconSearch size={18} aria-hidden />}
      maxLength={100}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
