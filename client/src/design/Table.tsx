import { Box, Button, Card, Center, Group, Stack, Table as Rows, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { List } from './lists';

export interface Column<T> {
  title: string;
  render: (item: T) => ReactNode;
  /** Right-aligned with tabular figures. */
  numeric?: boolean;
}

interface TableProps<T> {
  label: string;
  columns: Column<T>[];
  list: List<T>;
  /** Row actions. */
  actions?: (item: T) => ReactNode;
  /** Shown if the list is empty. */
  empty: ReactNode;
  /** Label of the button that loads the next page, "More" by default. */
  moreText?: ReactNode;
}

/** A table on wide screens, cards on a phone. Load errors are shown by the page. */
export function Table<T extends { id: string }>(props: TableProps<T>) {
  const { label, columns, list, actions, empty, moreText } = props;
  const { items, loaded, fault, loadMore } = list;
  if (!loaded && fault) return null;
  if (items.length === 0 && !loadMore)
    return (
      <Text c="dimmed" ta="center" py="xl">
        {loaded ? empty : <Trans>Loading…</Trans>}
      </Text>
    );
  return (
    <>
      <Box visibleFrom="sm" style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={label}>
        <Rows verticalSpacing="sm" highlightOnHover>
          <Rows.Thead>
            <Rows.Tr>
              {columns.map(({ title, numeric }) => (
                <Rows.Th key={title} ta={numeric ? 'right' : undefined}>
                  {title}
                </Rows.Th>
              ))}
              {actions && <Rows.Td />}
            </Rows.Tr>
          </Rows.Thead>
          <Rows.Tbody>
            {items.map((item) => (
              <Rows.Tr key={item.id}>
                {columns.map(({ title, render, numeric }) => (
                  <Rows.Td
                    key={title}
                    ta={numeric ? 'right' : undefined}
                    style={numeric ? { fontVariantNumeric: 'tabular-nums' } : undefined}
                  >
                    {render(item)}
                  </Rows.Td>
                ))}
                {actions && (
                  <Rows.Td>
                    <Group justify="flex-end" gap="xs" wrap="nowrap">
                      {actions(item)}
                    </Group>
                  </Rows.Td>
                )}
              </Rows.Tr>
            ))}
          </Rows.Tbody>
        </Rows>
      </Box>
      <Stack hiddenFrom="sm" gap="xs" role="list" aria-label={label}>
        {items.map((item) => (
          <Card key={item.id} withBorder padding="sm" role="listitem">
            {columns.map(({ title, render }) => (
              <Group key={title} justify="space-between" gap="xs" wrap="nowrap">
                <Text size="sm" c="dimmed">
                  {title}
                </Text>
                <Text size="sm" component="div" ta="right">
                  {render(item)}
                </Text>
              </Group>
            ))}
            {actions && (
              <Group justify="flex-end" gap="xs" mt="xs">
                {actions(item)}
              </Group>
            )}
          </Card>
        ))}
      </Stack>
      {loadMore && (
        <Center mt="md">
          <Button variant="default" onClick={loadMore}>
            {moreText ?? <Trans>More</Trans>}
          </Button>
        </Center>
      )}
    </>
  );
}
