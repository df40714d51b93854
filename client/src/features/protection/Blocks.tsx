import { Badge, Button } from '@mantine/core';
import { IconPlus, IconShieldCheck } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Block } from '~/api';
import { useChanges } from '~/design/changes';
import { formatDate } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { hasTools, usePages } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';
import { useNumberFormat } from '~/features/phone-numbers';
import { useEditor } from '~/features/routing';
import { BlockForm } from './BlockForm';

/** Numbers that the organisation blocks or always lets through. */
export function Blocks({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  const list = usePages<Block>(['blocks', tenant], (cursor) => api.listBlocks({ query: { tenant, cursor } }));
  const changes = useChanges(['blocks']);
  const editor = useEditor<Block>({
    title: () => t`New entry`,
    form: (_, close) => <BlockForm tenant={tenant} onClose={close} />,
  });
  const directions: Record<Block['direction'], string> = { in: t`Incoming calls`, out: t`Outgoing calls` };
  const remove = ({ id, number, direction, list: kind, note }: Block) =>
    changes.mutate({
      apply: () => api.deleteBlock({ path: { block: id }, query: { tenant } }),
      deletes: id,
      undo: () => api.createBlock({ query: { tenant }, body: { number, direction, list: kind, note } }),
      message: t`${{ number: formatted(number) }} is removed from the list.`,
    });
  const columns: Column<Block>[] = [
    {
      title: t`Number`,
      value: ({ number }) => number,
      render: ({ number }) => <span className="tabular">{formatted(number)}</span>,
    },
    {
      title: t`Effect`,
      card: 'aside',
      value: (one) => one.list,
      render: (one) => (
        <Badge variant="dot" miw="max-content" color={one.list === 'block' ? 'red' : 'teal'}>
          {one.list === 'block' ? t`blocked` : t`allowed`}
        </Badge>
      ),
    },
    {
      title: t`Calls`,
      value: ({ direction }) => directions[direction],
      render: ({ direction }) => directions[direction],
    },
    { title: t`Note`, value: ({ note }) => note, render: ({ note }) => <bdi>{note}</bdi> },
    {
      title: t`Added`,
      card: 'none',
      value: ({ created }) => created,
      render: ({ created }) => formatDate(created),
    },
  ];
  const add = (
    <Button size="md" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => editor.open()}>
      <Trans>New entry</Trans>
    </Button>
  );
  return (
    <Section
      title={t`Block list`}
      lead={<Trans>Applies to all extensions. Users have lists of their own besides.</Trans>}
    >
      <ErrorNotice fault={changes.error} />
      <DataTable<Block>
        label={t`Entries of the block list`}
        list={list}
        columns={columns}
        tools={hasTools(list) && add}
        actions={(one) => (
          <Button
            size="xs"
            variant="default"
            aria-label={t`Remove ${formatted(one.number)}`}
            onClick={() => remove(one)}
          >
            <Trans>Remove</Trans>
          </Button>
        )}
        empty={<EmptyState icon={IconShieldCheck} text={<Trans>No number is blocked.</Trans>} action={add} />}
      />
      {editor.drawer}
    </Section>
  );
}
