import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { useLingui } from '@lingui/react/macro';
import { choiceOf, FIXED, parseDestination, targetOf, type Targets } from './destinations';
import { useNumberFormat } from '~/features/phone-numbers';

/** Names of the kinds and of the fixed destinations, in the order in which they are offered. */
export const CHOICES: Record<string, MessageDescriptor> = {
  extension: msg`Extension`,
  group: msg`Ring group`,
  queue: msg`Queue`,
  menu: msg`Menu`,
  hours: msg`Opening hours`,
  room: msg`Conference room`,
  mailbox: msg`Mailbox`,
  prompt: msg`Announcement`,
  number: msg`Outside number`,
  'app:names': msg`Dial by name`,
  hangup: msg`Hang up`,
  'hangup:busy': msg`Busy tone`,
};

/** Readable destinations: "Ring group Sales · 6000". */
export function useDestinationText(targets: Targets): (destination: string) => string {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  return (destination) => {
    const choice = CHOICES[choiceOf(destination)];
    if (!choice) return destination;
    if (FIXED.includes(destination)) return t(choice);
    const { name, priority } = parseDestination(destination);
    const target = `${t(choice)} ${targetOf(destination, targets)?.label ?? formatted(name)}`;
    return priority ? t`${target}, priority ${priority}` : target;
  };
}
