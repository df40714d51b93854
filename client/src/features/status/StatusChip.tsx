import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { session } from '~/api/session';
import { Avatar } from '~/design/Avatar';
import { useValue } from '~/core/store';
import { REACH_LABELS } from './messages';
import { ReachDot } from './ReachDot';
import { useReachability } from './reach';
import { StatusSheet } from './StatusSheet';
import css from './status.module.css';

/** The user's picture with the reachability of this phone; opens the status sheet. For the header of each tab. */
export function StatusChip() {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const name = useValue(session, (each) => (each.state === 'in' ? (each.me.person?.name ?? '') : ''));
  const { reach } = useReachability();
  const label = t(REACH_LABELS[reach]);
  return (
    <>
      <UnstyledButton className={css.chip} aria-haspopup="dialog" onClick={() => setOpened(true)}>
        <Avatar name={name} size={32} presence={<ReachDot reach={reach} />} />
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
