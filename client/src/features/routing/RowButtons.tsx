import { ActionIcon } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useRef } from 'react';
import { flushSync } from 'react-dom';
import { moved } from './order';
import css from './routing.module.css';

interface RowButtonsProps<T> {
  rows: T[];
  at: number;
  onChange: (rows: T[]) => void;
  /** Name of the row, such as "Step 2". */
  name: string;
  /** Whether the order of the rows has a meaning. */
  ordered?: boolean;
}

/** Moves a row of a form up or down, or removes it. The focus follows a row that moves. */
export function RowButtons<T>({ rows, at, onChange, name, ordered }: RowButtonsProps<T>) {
  const { t } = useLingui();
  const place = useRef<HTMLDivElement>(null);
  const common = { size: 44, variant: 'subtle' as const };
  const change = (after: T[], to: number, pressed: number) => {
    const form = place.current!.closest('form') ?? document.body;
    const all = () => [...form.querySelectorAll<HTMLElement>('[data-row-buttons]')];
    const first = all().indexOf(place.current!) - at;
    flushSync(() => onChange(after));
    const buttons = after[to] === undefined ? [] : [...all()[first + to]!.querySelectorAll('button')];
    const [same, any] = [buttons.at(pressed), buttons.find(({ disabled }) => !disabled)];
    (same?.disabled ? any : same)?.focus();
  };
  const move = (to: number, pressed: number) => change(moved(rows, at, to), to, pressed);
  return (
    <div ref={place} className={css.rowButtons} data-row-buttons>
      {ordered && rows.length > 1 && (
        <>
          <ActionIcon {...common} aria-label={t`Move up: ${name}`} disabled={at === 0} onClick={() => move(at - 1, 0)}>
            <IconArrowUp size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon
            {...common}
            aria-label={t`Move down: ${name}`}
            disabled={at === rows.length - 1}
            onClick={() => move(at + 1, 1)}
          >
            <IconArrowDown size={18} aria-hidden />
          </ActionIcon>
        </>
      )}
      <ActionIcon
        {...common}
        color="red"
        aria-label={t`Remove: ${name}`}
        onClick={() => {
          const after = rows.filter((_, each) => each !== at);
          change(after, Math.min(at, after.length - 1), -1);
        }}
      >
        <IconTrash size={18} aria-hidden />
      </ActionIcon>
    </div>
  );
}
