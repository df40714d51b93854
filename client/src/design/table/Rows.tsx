import { Checkbox, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useLayoutEffect, useRef, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import type { Column, View } from './model';
import type { TableState } from './useTable';
import css from './table.module.css';

export interface RowsProps<T extends { id: string }> {
  label: string;
  columns: Column<T>[];
  table: TableState<T>;
  /** Name of an item, for its checkbox. Given if items can be selected. */
  selectable?: (item: T) => string;
  onOpen?: (item: T) => void;
  actions?: (item: T) => ReactNode;
}

/** The table on a wide screen. Arrow up and down move between rows. */
export function TableRows<T extends { id: string }>(props: RowsProps<T>) {
  const { t } = useLingui();
  const { label, columns, table, selectable, onOpen, actions } = props;
  const ids = table.shown.map(({ id }) => id);
  const marked = ids.filter(table.isSelected).length;
  const place = useTightness();
  return (
    <div ref={place} className={css.scroller} tabIndex={0} role="region" aria-label={t`${label} (table)`}>
      <table className={css.table} aria-label={label} onKeyDown={moveBetweenRows}>
        <thead>
          <tr>
            {selectable && (
              <td className={css.check}>
                <Checkbox
                  aria-label={t`Select all`}
                  checked={marked > 0 && marked === ids.length}
                  indeterminate={marked > 0 && marked < ids.length}
                  onChange={(event) => table.select(ids, event.currentTarget.checked)}
                />
              </td>
            )}
            {columns.map((column) => (
              <Heading key={column.title} column={column} view={table.view} onView={table.setView} />
            ))}
            {actions && <td />}
          </tr>
        </thead>
        <tbody>
          {table.shown.map((item) => (
            <tr
              key={item.id}
              data-selected={table.isSelected(item.id) || undefined}
              data-opens={Boolean(onOpen) || undefined}
              onClick={onOpen && ((event) => void (isOnRow(event) && onOpen(item)))}
            >
              {selectable && (
                <td className={css.check}>
                  <Checkbox
                    aria-label={t`Select ${selectable(item)}`}
                    checked={table.isSelected(item.id)}
                    onChange={(event) => table.select([item.id], event.currentTarget.checked)}
                  />
                </td>
              )}
              {columns.map(({ title, render, numeric }, place) => (
                <td key={title} data-numeric={numeric || undefined}>
                  {onOpen && place === 0 ? (
                    <UnstyledButton className={css.open} onClick={() => onOpen(item)}>
                      {render(item)}
                    </UnstyledButton>
                  ) : (
                    renderedOrDash(render(item))
                  )}
                </td>
              ))}
              {actions && (
                <td>
                  <div className={css.actions}>{actions(item)}</div>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Mark an element whose content is wider than it is, before that is seen. Returns the reference to the element. */
function useTightness() {
  const place = useRef<HTMLDivElement>(null);
  const measure = () => {
    const element = place.current!;
    delete element.dataset.tight; // without it, the content has its own width
    if (element.scrollWidth > element.clientWidth) element.dataset.tight = 'true';
  };
  useLayoutEffect(measure);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(place.current!);
    observer.observe(place.current!.firstElementChild!);
    return () => observer.disconnect();
  }, []);
  return place;
}

interface HeadingProps<T> {
  column: Column<T>;
  view: View;
  onView: (view: View) => void;
}

function Heading<T>({ column: { title, value, numeric }, view, onView }: HeadingProps<T>) {
  if (!value) {
    return (
      <th scope="col" data-numeric={numeric || undefined}>
        {title}
      </th>
    );
  }
  const sorted = view.sort?.column === title ? (view.sort.descending ? 'descending' : 'ascending') : undefined;
  // Ascending, descending, unsorted.
  const next = !sorted
    ? { column: title, descending: false }
    : sorted === 'ascending'
      ? { column: title, descending: true }
      : undefined;
  const Arrow = sorted === 'descending' ? IconArrowDown : IconArrowUp;
  return (
    <th scope="col" aria-sort={sorted} data-numeric={numeric || undefined}>
      <UnstyledButton className={css.sort} onClick={() => onView({ ...view, sort: next })}>
        {title}
        <Arrow size={14} className={css.arrow} data-shown={sorted || undefined} aria-hidden />
      </UnstyledButton>
    </th>
  );
}

/** Whether a click is on a row itself: not on a control, in a menu drawn elsewhere, or the end of a selection in it. */
export function isOnRow({ target, currentTarget }: MouseEvent): boolean {
  const within = target instanceof Element && currentTarget.contains(target);
  if (!within || target.closest('a, button, input, label')) return false;
  const selection = getSelection();
  return selection?.type !== 'Range' || !selection.getRangeAt(0).intersectsNode(currentTarget);
}

/** Move the focus to the same control of the next or previous row. */
function moveBetweenRows(event: KeyboardEvent<HTMLTableElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const focused = document.activeElement;
  const row = focused?.closest('tbody tr');
  if (!step || !row || !focused?.matches('button, a, input')) return;
  const controls = (each: Element) => [...each.querySelectorAll<HTMLElement>('button, a, input')];
  const other = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  if (!other || focused.getAttribute('aria-expanded') === 'true') return;
  event.preventDefault();
  const among = controls(other);
  among[Math.min(controls(row).indexOf(focused as HTMLElement), among.length - 1)]?.focus();
}

/** A dash says that a cell is empty, not that it is missing. */
function renderedOrDash(content: ReactNode): ReactNode {
  return content === '' ? '–' : content;
}
