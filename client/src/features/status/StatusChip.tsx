import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { session } from '~/api/session';
import { Avatar } from '~/design/Avatar';
import { PresenceDot } from '~/design/PresenceDot';
import { useValue } from '~/core/store';
import { presences, STATE_LABELS, STATE_SHAPES, useOwnPresence } from '~/features/presence';
import { REACH_LABELS } from './messages';
import { ReachDot } from './ReachDot';
import { useReachability } from './reach';
import { StatusSheet } from './StatusSheet';
import css from './status.module.css';

/** The user's picture with their state, or the reachability of this phone; opens the status sheet. For each tab. */
export function StatusChip() {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const person = useValue(session, (each) => (each.state === 'in' ? each.me.person : undefined));
  const { reach } = useReachability();
  const presence = useOwnPresence();
  useEffect(() => presences.open(), []);
  // A phone that does not ring matters more than the state.
  const state = reach === 'not' || presence?.state === 'available' ? undefined : presence?.state;
  const label = t(state ? STATE_LABELS[state] : REACH_LABELS[reach]);
  const dot = state ? <PresenceDot presence={STATE_SHAPES[state]} label={label} /> : <ReachDot reach={reach} />;
  return (
    <>
      <UnstyledButton className={css.chip} aria-haspopup="dialog" onClick={() => setOpened(true)}>
        <Avatar name={person?.name ?? ''} of={person?.id} size={32} presence={<span aria-hidden>{dot}</span>} />
        <VisuallyHidden>{t`Your status: ${label}`}</VisuallyHidden>
        <span className={css.label} aria-hidden>
          {label}
        </span>
        <IconChevronDown size={16} aria-hidden />
      </UnstyledButton>
      <StatusSheet opened={opened} onClose={() => setOpened(false)} />
    </>
  );
}
