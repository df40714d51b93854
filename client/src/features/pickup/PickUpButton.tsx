import { ActionIcon, Button } from '@mantine/core';
import { IconPhoneIncoming } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { PresenceItem } from '~/api/events';
import { usePresence } from '~/features/presence';
import { usePickUp } from './usePickUp';
import css from './pickup.module.css';

interface PickUpButtonProps {
  /** Id of the colleague's extension. */
  extension?: string;
  name: string;
  /** In a row, which has room for an icon only. */
  compact?: boolean;
}

/** Picks up the call that rings at a colleague; nothing while none rings. */
export function PickUpButton({ extension, name, compact = false }: PickUpButtonProps) {
  const presence = usePresence(extension);
  return presence?.ringing ? <RingingButton presence={presence} name={name} compact={compact} /> : null;
}

interface RingingButtonProps {
  presence: PresenceItem;
  name: string;
  compact: boolean;
}

function RingingButton({ presence, name, compact }: RingingButtonProps) {
  const { t } = useLingui();
  const pickUp = usePickUp(presence, name);
  if (!pickUp) return null;
  const label = t`Pick up the call for ${name}`;
  return compact ? (
    <ActionIcon className={css.button} size={44} radius="xl" aria-label={label} title={label} onClick={pickUp}>
      <IconPhoneIncoming size={20} stroke={1.75} aria-hidden />
    </ActionIcon>
  ) : (
    <Button
      className={css.button}
      size="md"
      h={44}
      leftSection={<IconPhoneIncoming size={20} stroke={1.75} aria-hidden />}
      aria-label={label}
      onClick={pickUp}
    >
      <Trans>Pick up</Trans>
    </Button>
  );
}
