import { ActionIcon } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
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

/** Moves a row of a form up or down, or removes it. */
export function RowButtons<T>({ rows, at, onChange, name, ordered }: RowButtonsProps<T>) {
  const { t } = useLingui();
  const common = { size: 44, variant: 'subtle' as const };
  return (
    <div className={css.rowButtons}>
      {ordered && rows.length > 1 && (
        <>
          <ActionIcon
            {...common}
            aria-label={t`Move up: ${name}`}
            disabled={at === 0}
            onClick={() => onChange(moved(rows, at, at - 1))}
          >
            <IconArrowUp size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon
            {...common}
            aria-label={t`Move down: ${name}`}
            disabled={at === rows.length - 1}
            onClick={() => onChange(moved(rows, at, at + 1))}
          >
            <IconArrowDown size={18} aria-hidden />
          </ActionIcon>
        </>
      )}
      <ActionIcon
        {...common}
        color="red"
        aria-label={t`Remove: ${name}`}
        onClick={() => onChange(rows.filter((_, each) => each !== at))}
      >
        <IconTrash size={18} aria-hidden />
      </ActionIcon>
    </div>
  );
}
