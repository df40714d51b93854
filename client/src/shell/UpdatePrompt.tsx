import { Button, CloseButton, Group, Paper, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { update } from '~/core/update';
import { useValue } from '~/core/store';

/** An update is waiting. It is applied when the user confirms and no call is active. */
export function UpdatePrompt() {
  const { t } = useLingui();
  const apply = useValue(update, (each) => each.apply);
  const [later, setLater] = useState(false);
  if (!apply || later) return null;
  return (
    <Paper role="status" className="update" withBorder shadow="md" p="sm">
      <Group wrap="nowrap" gap="xs">
        <div style={{ flex: 1 }}>
          <Text fw={600} size="sm">
            <Trans>Update available</Trans>
          </Text>
          <Text size="sm" c="dimmed">
            <Trans>Takes a second. If a call is active, the update is applied afterwards.</Trans>
          </Text>
        </div>
        <Button
          size="md"
          px="sm"
          onClick={() => {
            setLater(true);
            apply();
          }}
        >
          <Trans>Update</Trans>
        </Button>
        <CloseButton size={44} aria-label={t`Later`} onClick={() => setLater(true)} />
      </Group>
    </Paper>
  );
}
