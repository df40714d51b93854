import type { ReactNode } from 'react';
import classes from './rows.module.css';

/** A list of rows with actions at the end. */
export function Rows({ children, label }: { children: ReactNode; label?: string }) {
  return (
    <ul className={classes.rows} aria-label={label}>
      {children}
    </ul>
  );
}

interface RowProps {
  /** Shown at the left. */
  icon: ReactNode;
  children: ReactNode;
  /** At the right: short status and buttons (44 px). */
  trailing?: ReactNode;
  /** Many buttons, which go below the text where it is narrow. */
  wraps?: boolean;
}

export function Row({ icon, children, trailing, wraps }: RowProps) {
  return (
    <li className={classes.row} data-wraps={wraps || undefined}>
      {icon}
      <div className={classes.text}>{children}</div>
      {trailing}
    </li>
  );
}
