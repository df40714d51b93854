import { Checkbox, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { Fragment } from 'react';
import type { Column } from './model';
import { isOnRow, type RowsProps } from './Rows';
import css from './cards.module.css';

/** The table on a phone: two lines for each item. */
export function Cards<T extends { id: string }>(props: RowsProps<T>) {
  const { t } = useLingui();
  const { label, columns, table, selectable, onOpen, actions } = props;
  const place = (column: Column<T>) => column.card ?? (column === columns[0] ? 'title' : 'detail');
  const at = (wanted: Column<T>['card']) => columns.filter((column) => place(column) === wanted);
  return (
    <ul className={css.cards} aria-label={label}>
      {table.shown.map((item) => (
        <li
          key={item.id}
          className={css.card}
          data-selected={table.isSelected(item.id) || undefined}
          onClick={onOpen && ((event) => void (isOnRow(event) && onOpen(item)))}
        >
          {selectable && (
            <Checkbox
              aria-label={t`Select ${selectable(item)}`}
              checked={table.isSelected(item.id)}
              onChange={(event) => table.select([item.id], event.currentTarget.checked)}
            />
          )}
          <div className={css.lines}>
            <div className={css.first}>
              <div className={css.title}>
                {at('title').map(({ title, render }) =>
                  onOpen ? (
                    <UnstyledButton key={title} className={css.open} onClick={() => onOpen(item)}>
                      {render(item)}
                    </UnstyledButton>
                  ) : (
                    <Fragment key={title}>{render(item)}</Fragment>
                  ),
                )}
              </div>
              {at('aside').map(({ title, render }) => (
                <div key={title} className={css.aside}>
                  {render(item)}
                </div>
              ))}
            </div>
            <div className={css.second}>
              {at('detail').map((column) => (
                <span key={column.title} className={css.detail} title={column.title}>
                  {detail(column, item)}
                </span>
              ))}
            </div>
          </div>
          {actions ? (
            <div className={css.actions}>{actions(item)}</div>
          ) : (
            onOpen && <IconChevronRight size={18} aria-hidden />
          )}
        </li>
      ))}
    </ul>
  );
}

/** The value of an item, after its heading where the value alone would not tell what it is. */
function detail<T>({ title, render, numeric, labelled = numeric }: Column<T>, item: T) {
  const content = render(item);
  const isEmpty = content === '' || content === null || content === undefined;
  return labelled && !isEmpty ? (
    <>
      {title}: {content}
    </>
  ) : (
    content
  );
}
