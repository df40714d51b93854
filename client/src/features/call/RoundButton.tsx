import { UnstyledButton } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import css from './call.module.css';

interface RoundButtonProps {
  icon: Icon;
  label: string;
  onClick: () => void;
  /** What it is for: taking a call, ending one, something that is recorded now, or anything else. */
  kind?: 'answer' | 'end' | 'recorded' | 'plain';
  /** Of something that is on or off: whether it is on. */
  on?: boolean;
  disabled?: boolean;
  large?: boolean;
}

/** A round key with its name beneath. */
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
