import { useMediaQuery } from '@mantine/hooks';
import { Outlet } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import css from './panes.module.css';

/** From 900 px on; in em, so that larger text has one pane longer. */
export const TWO_PANES = '(min-width: 56.25em)';

/** Whether a list and its detail are shown side by side. */
export function useTwoPanes(): boolean {
  return useMediaQuery(TWO_PANES, false, { getInitialValueInEffect: false });
}

interface PanesProps {
  list: ReactNode;
  /** The child route shows a detail. */
  detail: boolean;
}

/** A list with the child route beside it on wide screens, and one of both on narrow ones. */
export function Panes({ list, detail }: PanesProps) {
  if (!useTwoPanes()) return detail ? <Outlet /> : list;
  return (
    <div className={css.panes}>
      <div className={css.list}>{list}</div>
      <div className={css.detail} id="detail">
        <Outlet />
      </div>
    </div>
  );
}
