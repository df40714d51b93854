import { UnstyledButton } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import css from './round-button.module.css';

interface RoundButtonProps {
  icon: Icon;
  label: string;
  onClick: () => void;
  /** Purpose: answering a call, ending one, an active recording, or anything else. */
  kind?: 'answer' | 'end' | 'recorded' | 'plain';
  /** State of a toggle button. */
  on?: boolean;
  disabled?: boolean;
  large?: boolean;
}

/** A round button with a label below. */
export function RoundButton({
  icon: ButtonIcon,
  label,
  onClick,
  kind = 'plain',
  on,
  disabled,
  large,
}: RoundButtonProps) {
  return (
    <UnstyledButton
      className={css.round}
      data-kind={kind}
      data-on={on || undefined}
      data-big={large || undefined}
      aria-pressed={on}
      disabled={disabled}
      onClick={onClick}
    >
      <span className={css.circle}>
        <ButtonIcon size={large ? 32 : 26} stroke={1.75} aria-hidden />
      </span>
      <span className={css.label}>{label}</span>
    </UnstyledButton>
  );
}
