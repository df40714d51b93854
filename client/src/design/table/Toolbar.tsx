import { Button, CloseButton, Menu, TextInput } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconChevronDown, IconDownload, IconSearch } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef, type ReactNode } from 'react';
import type { Column, Filter, View } from './model';
import { ToolButton } from './ToolButton';
import css from './table.module.css';

interface ToolbarProps<T> {
  label: string;
  view: View;
  onView: (view: View) => void;
  searchable: boolean;
  filters: Filter<T>[];
  columns: Column<T>[];
  hidden: string[];
  onHidden: (titles: string[]) => void;
  exportCsv?: () => void;
  children?: ReactNode;
}

/** Search, filters, choice of columns and export of a table. "/" moves to the search. */
export function Toolbar<T>(props: ToolbarProps<T>) {
  const { t } = useLingui();
  const { label, view, onView, searchable, filters, exportCsv, children } = props;
  const search = useRef<HTMLInputElement>(null);
  const clear = () => {
    onView({ ...view, search: '' });
    search.current?.focus(); // the button that was pressed is gone
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      event.preventDefault();
      search.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div className={css.toolbar} role="search" aria-label={label}>
      {searchable && (
        <TextInput
          ref={search}
          className={css.search}
          type="search"
          aria-label={t`Search ${label}`}
          placeholder={t`Search`}
          value={view.search}
          onChange={(event) => onView({ ...view, search: event.currentTarget.value })}
          onKeyDown={(event) => event.key === 'Escape' && onView({ ...view, search: '' })}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={view.search && <CloseButton aria-label={t`Clear search`} onClick={clear} />}
        />
      )}
      {filters.map((filter) => (
        <FilterChip key={filter.id} filter={filter} view={view} onView={onView} />
      ))}
      <div className={css.tools}>
        <ColumnMenu {...props} />
        {exportCsv && (
          <ToolButton icon={IconDownload} onClick={exportCsv}>
            <Trans>Export CSV</Trans>
          </ToolButton>
        )}
        {children}
      </div>
    </div>
  );
}

function FilterChip<T>({ filter, view, onView }: { filter: Filter<T>; view: View; onView: (view: View) => void }) {
  const { t } = useLingui();
  const chip = useRef<HTMLButtonElement>(null);
  const chosen = view.filters[filter.id] ?? [];
  const choose = (values: string[]) => onView({ ...view, filters: { ...view.filters, [filter.id]: values } });
  const clear = () => {
    choose([]);
    chip.current?.focus(); // the button that was pressed is gone
  };
  const names = filter.options.filter(({ value }) => chosen.includes(value)).map((each) => each.label);
  return (
    <span className={css.chip} data-active={chosen.length > 0 || undefined}>
      <Menu closeOnItemClick={false} position="bottom-start">
        <Menu.Target>
          <button ref={chip} type="button" className={css.chipButton}>
            {names.length > 0 ? `${filter.title}: ${names.join(', ')}` : filter.title}
            <IconChevronDown size={14} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.CheckboxGroup value={chosen} onChange={choose}>
            {filter.options.map(({ value, label }) => (
              <Menu.CheckboxItem key={value} value={value}>
                {label}
              </Menu.CheckboxItem>
            ))}
          </Menu.CheckboxGroup>
        </Menu.Dropdown>
      </Menu>
      {chosen.length > 0 && <CloseButton size="sm" aria-label={t`Clear filter ${filter.title}`} onClick={clear} />}
    </span>
  );
}

function ColumnMenu<T>({ columns, hidden, onHidden }: ToolbarProps<T>) {
  const choosable = columns.slice(1);
  if (choosable.length < 3) return null;
  const shown = choosable.map(({ title }) => title).filter((title) => !hidden.includes(title));
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <Button
          variant="subtle"
          size="compact-sm"
          className={css.columns}
          leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />}
        >
          <Trans>Columns</Trans>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.CheckboxGroup
          value={shown}
          onChange={(titles) =>
            onHidden(choosable.map(({ title }) => title).filter((title) => !titles.includes(title)))
          }
        >
          {choosable.map(({ title }) => (
            <Menu.CheckboxItem key={title} value={title}>
              {title}
            </Menu.CheckboxItem>
          ))}
        </Menu.CheckboxGroup>
      </Menu.Dropdown>
    </Menu>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
