import { useLingui } from '@lingui/react/macro';
import type { Colleague } from '~/api';
import { useNumberFormat } from '~/features/phone-numbers';
import { DEFAULT, OFF, parseDestination, partyName, type Condition } from './model';

export function useConditionTexts(): Record<Condition, { label: string; description: string }> {
  const { t } = useLingui();
  return {
    always: { label: t`Always`, description: t`All calls. No phone rings.` },
    busy: { label: t`If busy`, description: t`Also if the call is declined.` },
    no_answer: { label: t`If not answered`, description: t`After the ring time.` },
    unreachable: { label: t`If unreachable`, description: t`No phone is connected.` },
  };
}

/** Returns a function that names destinations. */
export function useDestinationText(people: readonly Colleague[]): (destination: string) => string {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  return (destination) => {
    const { kind, name } = parseDestination(destination);
    const party = partyName(name, people);
    const texts: Record<string, string> = {
      [OFF]: t`Not forwarded`,
      [DEFAULT]: t`As when available`,
      extension: party,
      mailbox: t`Mailbox of ${party}`,
      number: formatted(name),
      group: t`Group ${name}`,
      queue: t`Queue ${name}`,
      menu: t`Menu ${name}`,
      room: t`Conference room ${name}`,
      hours: t`Opening hours ${name}`,
      hangup: name === 'busy' ? t`Busy tone` : t`Hang up`,
    };
    return texts[kind] ?? destination;
  };
}
