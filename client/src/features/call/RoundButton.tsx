import { UnstyledButton } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ComponentPropsWithRef } from 'react';
import css from './round-button.module.css';

interface RoundButtonProps extends Omit<ComponentPropsWithRef<'button'>, 'onClick'> {
  icon: Icon;
  label: string;
  onClick?: () => void;
  /** Purpose: answering a call, ending one, or anything else. */
  kind?: 'answer' | 'end' | 'plain';
  /** Something is withheld from the remote party: sound, video, or the call on hold. */
  withheld?: boolean;
  disabled?: boolean;
  large?: boolean;
}

/** A round button with a label below. */
export function RoundButton({
  icon: ButtonIcon,
  label,
  onClick,
  kind = 'plain',
  withheld,
  disabled,
  large,
  ...button
}: RoundButtonProps) {
  return (
    <UnstyledButton
      {...button}
      className={css.round}
      data-kind={kind}
      data-withheld={withheld || undefined}
      data-big={large || undefined}
      disabled={disabled}
      onClick={onClick}
    >
      <span className={css.circle}>
        <ButtonIcon size={large ? 32 : 26} aria-hidden />
      </span>
      <span className={css.label}>{label}</span>
    </UnstyledButton>
  );
}
