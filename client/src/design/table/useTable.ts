import { useEffect, useMemo, useState } from 'react';
import { useLingui } from '@lingui/react/macro';
import type { List } from '../lists';
import { applyView, EMPTY_VIEW, isFiltered, type Column, type Filter, type View } from './model';

export const PAGE_SIZE = 50;

export interface TableOptions<T> {
  list: List<T>;
  columns: Column<T>[];
  filters: Filter<T>[];
  /** Given where the page keeps the view, because the server searches, sorts and filters. */
  remote?: { view: View; onView: (view: View) => void };
}

/** View, pages and selection of a table. */
export function useTable<T extends { id: string }>({ list, columns, filters, remote }: TableOptions<T>) {
  const { i18n } = useLingui();
  const [local, setLocal] = useState(EMPTY_VIEW);
  const [page, setPage] = useState(0);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const view = remote?.view ?? local;
  const { items, loadMore } = list;

  const found = useMemo(
    () => (remote ? items : applyView(items, view, columns, filters, i18n.locale)),
    [remote, items, view, columns, filters, i18n.locale],
  );
  // Only a complete list can be searched and sorted here.
  const completing = !remote && Boolean(loadMore) && (isFiltered(view) || view.sort !== undefined);
  useEffect(() => {
    if (completing && !list.fault) loadMore?.();
  }, [completing, items.length, list.fault]); // eslint-disable-line -- loadMore is new on each render

  const last = Math.max(0, Math.ceil(found.length / PAGE_SIZE) - 1);
  const current = Math.min(page, last);
  const shown = found.slice(current * PAGE_SIZE, (current + 1) * PAGE_SIZE);
  const selected = items.filter(({ id }) => chosen.has(id));

  return {
    view,
    setView: (next: View) => {
      setPage(0);
      (remote?.onView ?? setLocal)(next);
    },
    found,
    shown,
    completing,
    pages: {
      first: current * PAGE_SIZE + 1,
      last: current * PAGE_SIZE + shown.length,
      total: found.length,
      complete: !loadMore,
      previous: current > 0 ? () => setPage(current - 1) : undefined,
      next: current < last || loadMore ? () => goOn() : undefined,
    },
    selected,
    isSelected: (id: string) => chosen.has(id),
    select: (ids: string[], on: boolean) =>
      setChosen((before) => {
        const after = new Set(before);
        for (const id of ids)
          if (on) after.add(id);
          else after.delete(id);
        return after;
      }),
    clearSelection: () => setChosen(new Set()),
  };

  function goOn() {
    if (current < last) return setPage(current + 1);
    loadMore?.();
    if (shown.length === PAGE_SIZE) setPage(current + 1);
  }
}

export type TableState<T extends { id: string }> = ReturnType<typeof useTable<T>>;
