import { UnstyledButton } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useRef } from 'react';
import { playKeyTone } from '~/media/tones';
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

const LONG_PRESS_MS = 500;

interface KeypadProps {
  onPress: (key: string) => void;
  /** Actions of a long press, by key. Other keys know short presses only. */
  onLongPress?: Partial<Record<string, () => void>>;
  /** Play key tones locally. */
  audible?: boolean;
}

/** Dial pad with twelve keys and their letters. */
export function Keypad({ onPress, onLongPress = {}, audible = false }: KeypadProps) {
  const { t } = useLingui();
  const longPressTimer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const longPressed = useRef(false);
  const down = (key: string) => {
    longPressed.current = false;
    const act = onLongPress[key];
    if (!act) return;
    longPressTimer.current = setTimeout(() => {
      longPressed.current = true;
      act();
    }, LONG_PRESS_MS);
  };
  const up = () => clearTimeout(longPressTimer.current);
  const pressed = (key: string) => {
    if (longPressed.current) return;
    if (audible) playKeyTone(key);
    onPress(key);
  };
  return (
    <div className={css.pad} role="group" aria-label={t`Dial pad`}>
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
