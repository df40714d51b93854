import type { ReactNode } from 'react';
import classes from './rows.module.css';

/** A list of lines of which each has something to press at its end. */
export function Rows({ children, label }: { children: ReactNode; label?: string }) {
  return (
    <ul className={classes.rows} aria-label={label}>
      {children}
    </ul>
  );
}

interface RowProps {
  /** A picture at the left. */
  mark: ReactNode;
  children: ReactNode;
  /** At the right: what is said in short, and what can be pressed (44 px). */
  end?: ReactNode;
}

export function Row({ mark, children, end }: RowProps) {
  return (
    <li className={classes.row}>
      {mark}
      <div className={classes.text}>{children}</div>
      {end}
    </li>
  );
}
