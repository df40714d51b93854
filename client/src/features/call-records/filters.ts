import type { Extension } from '~/api';
import type { View } from '~/design/table';
import { matchesSearch } from '~/design/table';

export type Period = 'today' | 'yesterday' | 'week' | 'month' | 'all';

/** Start (inclusive) and end (exclusive) of a period, in local days. */
export function rangeOf(period: Period, now: Date): { since?: string; until?: string } {
  const midnight = (days: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).toISOString();
  switch (period) {
    case 'today':
      return { since: midnight(0) };
    case 'yesterday':
      return { since: midnight(1), until: midnight(0) };
    case 'week':
      return { since: midnight(6) };
    case 'month':
      return { since: midnight(29) };
    case 'all':
      return {};
  }
}

/**
 * The extension that a search means: a number exactly, otherwise the only one whose name matches. Null if none or
 * several match; undefined without a search. The server keeps the names of calls sealed and cannot search them.
 */
export function extensionOf({ search }: View, extensions: Extension[]): Extension | null | undefined {
  const wanted = search.trim();
  if (!wanted) return undefined;
  const exact = extensions.find(({ number }) => number === wanted);
  if (exact) return exact;
  const found = extensions.filter(({ name, number }) => matchesSearch(wanted, [name, number]));
  return found.length === 1 ? found[0]! : null;
}
