import { Button, CloseButton, VisuallyHidden } from '@mantine/core';
import { useElementSize, useMediaQuery } from '@mantine/hooks';
import { IconSearchOff } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useMemo, useState, type ReactNode } from 'react';
import { preferences, setPreferences } from '~/core/preferences';
import { useValue } from '~/core/store';
import { EmptyState } from '../EmptyState';
import { ErrorBar } from '../ErrorBar';
import type { List } from '../lists';
import { SkeletonRows } from '../SkeletonRows';
import { Cards } from './Cards';
import { download, toCsv } from './csv';
import { columnsWithoutRoom, EMPTY_VIEW, isFiltered, type Column, type Filter, type View } from './model';
import { Pager } from './Pager';
import { TableRows } from './Rows';
import { Toolbar } from './Toolbar';
import { useTable } from './useTable';
import css from './table.module.css';

interface Selection<T> {
  /** Name of an item, for its checkbox. */
  name: (item: T) => string;
  /** Buttons for the selected items; `done` clears the selection. */
  actions: (items: T[], done: () => void) => ReactNode;
}

interface DataTableProps<T> {
  /** Name of the rows, such as "People"; also the name of the exported file and of the chosen columns. */
  label: string;
  columns: Column<T>[];
  list: List<T>;
  filters?: Filter<T>[];
  /** For lists that the server searches, sorts and filters: the page keeps the view and passes it to the API. */
  remote?: { view: View; onView: (view: View) => void };
  /** A row was clicked, or its first cell pressed. */
  onOpen?: (item: T) => void;
  /** Buttons of a row. */
  actions?: (item: T) => ReactNode;
  selection?: Selection<T>;
  /** Offers the whole list, as filtered, as a CSV file. */
  exportable?: boolean;
  /** Further buttons of the toolbar. */
  tools?: ReactNode;
  /** Shown if the list is empty, usually an `EmptyState`. */
  empty: ReactNode;
}

const NONE: never[] = [];

/**
 * The table of all lists: search, sorting, filters, choice of columns, selection, pages, export; rows on wide screens,
 * cards of two lines on a phone. Columns with a `value` can be searched, sorted and exported. Loading, errors and empty
 * lists are shown in its place.
 */
export function DataTable<T extends { id: string }>(props: DataTableProps<T>) {
  const { t } = useLingui();
  const { label, columns, list, filters = NONE, remote, onOpen, actions, selection, exportable, tools, empty } = props;
  const wide = useMediaQuery('(min-width: 48em)', undefined, { getInitialValueInEffect: false });
  const [fault, setFault] = useState<unknown>();
  const table = useTable<T>({ list, columns, filters, remote });
  const { ref, width } = useElementSize();
  const [shownColumns, hidden, setHidden] = useColumns(label, columns, wide ? width : 0, actions ? 1 : 0);
  const searchable = columns.some(({ value }) => value);
  const filtered = isFiltered(table.view);
  const hasTools = searchable || filters.length > 0 || exportable || tools;
  const some = list.items.length > 0 || Boolean(list.loadMore);

  const exportCsv = async () => {
    try {
      // A view that is applied here has loaded the whole list.
      const items = list.loadMore && list.loadAll && (remote || !filtered) ? await list.loadAll() : table.found;
      download(`${label}.csv`, toCsv(columns, items));
      setFault(undefined);
    } catch (problem) {
      setFault(problem);
    }
  };
  const Body = wide ? TableRows : Cards;
  return (
    <div ref={ref} aria-busy={!list.loaded || table.completing}>
      {hasTools && (some || filtered || !list.loaded) && (
        <Toolbar
          label={label}
          view={table.view}
          onView={table.setView}
          searchable={searchable}
          filters={filters}
          columns={columns}
          hidden={hidden}
          onHidden={setHidden}
          exportCsv={exportable ? () => void exportCsv() : undefined}
        >
          {tools}
        </Toolbar>
      )}
      <ErrorBar fault={list.fault ?? fault} retry={list.fault ? list.retry : exportCsv} />
      <VisuallyHidden role="status">
        {list.loaded && filtered && <Plural value={table.found.length} one="# match" other="# matches" />}
      </VisuallyHidden>
      {!list.loaded ? (
        !list.fault && <SkeletonRows />
      ) : table.shown.length > 0 ? (
        <Body
          label={label}
          columns={shownColumns}
          table={table}
          selectable={selection?.name}
          onOpen={onOpen}
          actions={actions}
        />
      ) : filtered && !table.completing ? (
        <EmptyState
          icon={IconSearchOff}
          text={<Trans>Nothing matches.</Trans>}
          action={
            <Button variant="default" onClick={() => table.setView({ ...EMPTY_VIEW, sort: table.view.sort })}>
              <Trans>Clear search and filters</Trans>
            </Button>
          }
        />
      ) : some ? (
        table.completing && <SkeletonRows />
      ) : (
        <div className={css.empty}>{empty}</div>
      )}
      {list.loaded && <Pager pages={table.pages} />}
      {selection && table.selected.length > 0 && (
        <div className={css.bulk} role="region" aria-label={t`Selection`}>
          <span role="status">
            <Plural value={table.selected.length} one="# selected" other="# selected" />
          </span>
          {selection.actions(table.selected, table.clearSelection)}
          <CloseButton aria-label={t`Clear selection`} size={44} onClick={table.clearSelection} />
        </div>
      )}
    </div>
  );
}

/**
 * The columns that are shown, the titles of the others, and how to hide some. Until some are chosen, on this device, those
 * are hidden that are optional or have no room.
 */
function useColumns<T>(label: string, columns: Column<T>[], width: number, others: number) {
  const chosen = useValue(preferences, (each) => each.hiddenColumns[label]);
  return useMemo(() => {
    const hidden = chosen ?? [
      ...columns.filter(({ optional }) => optional).map(({ title }) => title),
      ...columnsWithoutRoom(columns, width, others),
    ];
    const shown = columns.filter(({ title }) => !hidden.includes(title));
    const hide = (titles: string[]) =>
      setPreferences({ hiddenColumns: { ...preferences.state.hiddenColumns, [label]: titles } });
    return [shown, hidden, hide] as const;
  }, [chosen, columns, label, others, width]);
}
