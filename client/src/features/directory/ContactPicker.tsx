import { Group, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import { colleagues } from './colleagues';
import { searchColleagues } from './model';

/** Number of suggestions. */
const MAX_SUGGESTIONS = 5;

interface ContactPickerProps {
  label: string;
  query: string;
  onChange: (query: string) => void;
}

/** Input for a number, with suggestions by name. */
export function ContactPicker({ label, query, onChange }: ContactPickerProps) {
  const { t } = useLingui();
  const all = useValue(colleagues.state, (each) => each.colleagues);
  const suggestions = query ? searchColleagues(all, query).slice(0, MAX_SUGGESTIONS) : [];
  return (
    <>
      <TextInput
        size="md"
        data-autofocus
        autoComplete="off"
        label={label}
        placeholder={t`Name or number`}
        value={query}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {suggestions
        .filter((each) => each.number !== query)
        .map((each) => (
          <UnstyledButton key={each.id} mih={44} onClick={() => onChange(each.number)}>
            <Group justify="space-between" wrap="nowrap">
              <Text truncate>{each.name}</Text>
              <Text c="dimmed">{each.number}</Text>
            </Group>
          </UnstyledButton>
        ))}
    </>
  );
}
