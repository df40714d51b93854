import { useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { List } from '~/design/lists';

/** Opens the item that the address names as `?item=`, once it is loaded. */
export function useItemOfAddress<T extends { id: string }>(list: List<T>, open: (item: T) => void): void {
  const { item: wanted } = useSearch({ strict: false }) as { item?: string };
  const opened = useRef<string>(undefined);
  const found = list.items.find(({ id }) => id === wanted);
  useEffect(() => {
    if (!wanted || opened.current === wanted) return;
    if (!found) return list.fault ? undefined : list.loadMore?.();
    opened.current = wanted;
    open(found);
  }, [wanted, found, list.items.length]); // eslint-disable-line -- the list and `open` are new on each render
}
