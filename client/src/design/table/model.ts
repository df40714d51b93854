import type { ReactNode } from 'react';
import { unmarked } from '~/core/bidi';

export interface Column<T> {
  /** Heading; also identifies the column. */
  title: string;
  render: (item: T) => ReactNode;
  /** Value by which the column is searched, sorted and exported. Without it the column is only shown. */
  value?: (item: T) => string | number | null | undefined;
  /** Right-aligned with tabular figures. */
  numeric?: boolean;
  /** Hidden until it is chosen. */
  optional?: boolean;
  /**
   * Place on the phone: `title` and `aside` form the first line, all `detail`s the second one. By default the first
   * column is the title and the others are details.
   */
  card?: 'title' | 'aside' | 'detail' | 'none';
  /** Whether a detail on the phone is preceded by the heading; by default numbers are. */
  labelled?: boolean;
}

export interface Filter<T> {
  id: string;
  title: string;
  options: { value: string; label: string }[];
  /** Whether an item has the value; not used where the server filters. */
  match?: (item: T, value: string) => boolean;
}

/** The search text, the order and the filters. */
export interface View {
  search: string;
  /** Title of a column. */
  sort?: { column: string; descending: boolean };
  /** Chosen values by id of the filter; an item passes with one of them. */
  filters: Record<string, string[]>;
}

export const EMPTY_VIEW: View = { search: '', filters: {} };

/** Width of an average column, in CSS pixels. */
const COLUMN_WIDTH = 112;

/**
 * Titles of the columns that a table of this width has no room for, beside `others` such as buttons: the last ones, but
 * never the first two. A width of 0 is not known yet.
 */
export function columnsWithoutRoom<T>(columns: Column<T>[], width: number, others: number): string[] {
  const room = width > 0 ? Math.max(2, Math.floor(width / COLUMN_WIDTH) - others) : Infinity;
  return columns
    .filter(({ optional }) => !optional)
    .slice(room)
    .map(({ title }) => title);
}

export function isFiltered({ search, filters }: View): boolean {
  return search.trim() !== '' || Object.values(filters).some((each) => each.length > 0);
}

/** Text for comparison: lower case, without accents. */
function plain(text: string): string {
  return unmarked(text).normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

/** Whether each word of a search occurs in one of the texts. */
export function matchesSearch(search: string, texts: (string | number | null | undefined)[]): boolean {
  const all = plain(texts.filter((each) => each !== null && each !== undefined).join('\n'));
  return plain(search)
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** Apply a view in the browser, for lists that are loaded completely. */
export function applyView<T>(items: T[], view: View, columns: Column<T>[], filters: Filter<T>[], locale: string): T[] {
  const found = items.filter(
    (item) =>
      matchesSearch(
        view.search,
        columns.map(({ value }) => value?.(item)),
      ) &&
      filters.every(({ id, match }) => {
        const chosen = view.filters[id] ?? [];
        return chosen.length === 0 || !match || chosen.some((value) => match(item, value));
      }),
  );
  const value = columns.find(({ title }) => title === view.sort?.column)?.value;
  if (!value || !view.sort) return found;
  const { compare } = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
  const direction = view.sort.descending ? -1 : 1;
  return found
    .map((item) => ({ item, by: value(item) }))
    .sort((one, other) => direction * compareValues(one.by, other.by, compare, direction))
    .map(({ item }) => item);
}

type Value = string | number | null | undefined;

/** Empty values are last in both directions. */
function compareValues(one: Value, other: Value, compare: (a: string, b: string) => number, direction: number): number {
  const [oneEmpty, otherEmpty] = [one, other].map((each) => each === null || each === undefined || each === '');
  if (oneEmpty || otherEmpty) return direction * (Number(oneEmpty) - Number(otherEmpty));
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return compare(String(one), String(other));
}
