import { Group, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useValue } from '~/kernel/store';
import { colleagues } from './colleagues';
import { found } from './model';

/** So many colleagues are offered; who is looked for is among them after a letter or two. */
const OFFERED = 5;

interface WhomProps {
  label: string;
  wanted: string;
  want: (wanted: string) => void;
}

/** A field for a number, or a name that leads to one. */
export function Whom({ label, wanted, want }: WhomProps) {
  const { t } = useLingui();
  const everybody = useValue(colleagues.state, (each) => each.colleagues);
  const offered = wanted ? found(everybody, wanted).slice(0, OFFERED) : [];
  return (
    <>
      <TextInput
        size="md"
        data-autofocus
        autoComplete="off"
        label={label}
        placeholder={t`Name or number`}
        value={wanted}
        onChange={(event) => want(event.currentTarget.value)}
      />
      {offered
        .filter((each) => each.number !== wanted)
        .map((each) => (
          <UnstyledButton key={each.id} mih={44} onClick={() => want(each.number)}>
            <Group justify="space-between" wrap="nowrap">
              <Text truncate>{each.name}</Text>
              <Text c="dimmed">{each.number}</Text>
            </Group>
          </UnstyledButton>
        ))}
    </>
  );
}
