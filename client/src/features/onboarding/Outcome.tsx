import { Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { useLingui } from '@lingui/react/macro';
import { product } from '~/core/brand';
import { REASON_MESSAGES, type FailureReason } from '~/features/self-test';
import type { Card } from './model';

const FINE: Record<Card, MessageDescriptor> = {
  microphone: msg`The microphone works.`,
  notifications: msg`This phone rings when ${product} is closed.`,
  call: msg`The call had sound in both directions.`,
};

/** The outcome of a step, with advice if it failed. */
export function Outcome({ card, outcome }: { card: Card; outcome: 'ok' | FailureReason | undefined }) {
  const { t } = useLingui();
  const Shape = outcome === 'ok' ? IconCircleCheck : IconAlertTriangle;
  const text = outcome && t(outcome === 'ok' ? FINE[card] : reasonText(card, outcome));
  return (
    <div role="status">
      {text && (
        <Group gap="xs" wrap="nowrap" justify="center" align="flex-start">
          <Shape size={20} aria-hidden style={{ flex: 'none' }} />
          <Text size="sm">{text}</Text>
        </Group>
      )}
    </div>
  );
}

function reasonText(card: Card, reason: FailureReason): MessageDescriptor {
  if (card === 'microphone' && reason === 'refused') {
    return msg`The microphone is blocked. Click the icon next to the page address, allow access, then try again.`;
  }
  return REASON_MESSAGES[reason];
}
