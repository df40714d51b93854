import type { ComponentProps, ReactNode } from 'react';
import { dragsNumber } from './number-drag';
import { useSwipe, type SwipeActions } from './useSwipe';
import css from './link-row.module.css';

interface LinkRowProps {
  /** Wraps the part that opens the detail, with this class name. */
  open: (props: { className: string | undefined; children: ReactNode }) => ReactNode;
  avatar: ReactNode;
  name: string;
  /** The name stands out, for something new. */
  emphasized?: boolean;
  second: string;
  /** At the right: marks, time, buttons of 44 px. */
  end: ReactNode;
  /** Shown in the detail pane. */
  selected?: boolean;
  swipe?: SwipeActions;
  /** Of the person or contact, for dropping the row on a call. */
  number?: string;
}

/** A row of `Rows` that opens a detail, with more actions at its end. */
export function LinkRow({ open, avatar, name, emphasized, second, end, selected, swipe, number }: LinkRowProps) {
  const { className, properties, content } = useSwipe(swipe);
  return (
    <li
      className={`${css.row} ${className}`}
      data-selected={selected || undefined}
      {...properties}
      {...dragsNumber(number)}
    >
      {content}
      {open({
        className: css.open,
        children: (
          <>
            {avatar}
            <span className={css.text}>
              <span className={css.name} data-emphasized={emphasized || undefined}>
                <bdi>{name}</bdi>
              </span>
              <span className={css.second}>{second}</span>
            </span>
          </>
        ),
      })}
      <span className={css.end}>{end}</span>
    </li>
  );
}

/** A time at the end of a row. */
export function RowTime(props: ComponentProps<'time'>) {
  return <time className={css.time} {...props} />;
}
