import { ActionIcon, Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { NewPhoneKey } from '~/api';

const MAX_KEYS = 60;

interface PhoneKeysProps {
  keys: NewPhoneKey[];
  error?: ReactNode;
  onChange: (keys: NewPhoneKey[]) => void;
}

/** Editor of the keys of a phone, which show whether a number is free, rings or talks. */
export function PhoneKeys({ keys, error, onChange }: PhoneKeysProps) {
  const { t } = useLingui();
  const change = (at: number, part: Partial<NewPhoneKey>) =>
    onChange(keys.map((key, index) => (index === at ? { ...key, ...part } : key)));
  return (
    <Fieldset legend={t`Keys`}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          <Trans>
            A key shows whether a number is free and calls it. *861 is parking slot 1; the code of opening hours shows
            that it is closed, and *50 that you are signed in at your queues.
          </Trans>
        </Text>
        {keys.map((key, index) => (
          <Group key={index} gap="xs" align="flex-end" wrap="nowrap">
            <TextInput
              size="md"
              flex={1}
              miw={0}
              label={t`Number of key ${index + 1}`}
              value={key.number}
              onChange={(event) => change(index, { number: event.currentTarget.value })}
            />
            <TextInput
              size="md"
              flex={1}
              miw={0}
              maxLength={32}
              label={t`Label of key ${index + 1}`}
              value={key.label ?? ''}
              onChange={(event) => change(index, { label: event.currentTarget.value })}
            />
            <ActionIcon
              size={44}
              variant="subtle"
              color="red"
              aria-label={t`Remove key ${index + 1}`}
              onClick={() => onChange(keys.filter((_, each) => each !== index))}
            >
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        {error && (
          <Text role="alert" size="sm" c="var(--mantine-color-error)">
            {error}
          </Text>
        )}
        {keys.length < MAX_KEYS && (
          <Button
            variant="default"
            size="md"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => onChange([...keys, { number: '', label: '' }])}
          >
            <Trans>Add a key</Trans>
          </Button>
        )}
      </Stack>
    </Fieldset>
  );
}
