import { Button } from '@mantine/core';
import { IconPlus, type Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ChoiceFaults } from '~/design/ChoiceFaults';
import { EmptyState } from '~/design/EmptyState';
import { hasTools, type List } from '~/design/lists';
import { Page } from '~/design/Page';
import { DataTable, type Column } from '~/design/table';
import { useEditor } from './useEditor';
import { useItemOfAddress } from './useItemOfAddress';

interface RoutingPageProps<T> {
  title: string;
  /** Label of the button that creates an item, and the title of its drawer. */
  create: string;
  list: List<T>;
  columns: Column<T>[];
  name: (item: T) => string;
  form: (item: T | undefined, close: () => void) => ReactNode;
  /** Buttons of a row. */
  actions?: (item: T) => ReactNode;
  /** Further buttons of the list. */
  tools?: ReactNode;
  /** Says what the items are for, while there is none. */
  empty: { icon: Icon; text: ReactNode };
  /** Sections below the list. */
  children?: ReactNode;
}

/** A list whose rows open their form in a drawer. */
export function RoutingPage<T extends { id: string }>(props: RoutingPageProps<T>) {
  const { title, create, list, columns, name, form, actions, tools, empty, children } = props;
  const editor = useEditor<T>({ title: (item) => (item ? name(item) : create), form });
  useItemOfAddress(list, editor.open);
  const button = (
    <Button size="md" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => editor.open()}>
      {create}
    </Button>
  );
  return (
    <Page title={title} size="xl" actions={hasTools(list) && button}>
      {!list.fault && <ChoiceFaults />}
      <DataTable
        label={title}
        list={list}
        columns={columns}
        onOpen={editor.open}
        actions={actions}
        tools={tools}
        exportable
        empty={
          <EmptyState
            {...empty}
            action={
              <>
                {button}
                {tools}
              </>
            }
          />
        }
      />
      {children}
      {editor.drawer}
    </Page>
  );
}
