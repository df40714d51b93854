import { UnstyledButton } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useRef } from 'react';
import { click } from '~/media/tones';
import css from './keypad.module.css';

const KEYS = [
  ['1', ''],
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
  ['*', ''],
  ['0', '+'],
  ['#', ''],
] as const;

const LONG = 500;

interface KeypadProps {
  press: (key: string) => void;
  /** Zero, pressed long: a plus. Without it every press is short. */
  plus?: () => void;
  /** Tones to the person's own ear. */
  audible?: boolean;
}

/** Twelve keys with their letters, as on every telephone. */
export function Keypad({ press, plus, audible = false }: KeypadProps) {
  const { t } = useLingui();
  const long = useRef<ReturnType<typeof setTimeout>>(undefined);
  const was = useRef(false);
  const down = (key: string) => {
    was.current = false;
    if (key !== '0' || !plus) return;
    long.current = setTimeout(() => {
      was.current = true;
      plus();
    }, LONG);
  };
  const up = () => clearTimeout(long.current);
  const pressed = (key: string) => {
    if (was.current) return;
    if (audible) click(key);
    press(key);
  };
  return (
    <div className={css.pad} role="group" aria-label={t`Number pad`}>
      {KEYS.map(([key, letters]) => (
        <UnstyledButton
          key={key}
          className={css.key}
          aria-label={key === '*' ? t`Star` : key === '#' ? t`Hash` : undefined}
          onPointerDown={() => down(key)}
          onPointerUp={up}
          onPointerLeave={up}
          onContextMenu={(event) => event.preventDefault()}
          onClick={() => pressed(key)}
        >
          <span className={css.digit}>{key === '*' ? '∗' : key}</span>
          <span className={css.letters} aria-hidden>
            {letters}
          </span>
        </UnstyledButton>
      ))}
    </div>
  );
}
