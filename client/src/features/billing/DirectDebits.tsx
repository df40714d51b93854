import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconBuildingBank, IconDownload } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import { api, type DirectDebitFile } from '~/api';
import { toast } from '~/core/toasts';
import { formatDateTime } from '~/design/dates';
import { Drawer } from '~/design/Drawer';
import { EmptyState } from '~/design/EmptyState';
import { saveFile } from '~/design/files';
import { hasTools, usePages } from '~/design/lists';
import { formatAmount } from '~/design/money';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';
import { INVOICE_LISTS } from './InvoiceDrawer';
import { dayOf, shortId } from './model';

/** Files of SEPA direct debits for the bank. */
export function DirectDebits() {
  const { t, i18n } = useLingui();
  const [creating, setCreating] = useState(false);
  const list = usePages<DirectDebitFile>(['direct-debits'], () => api.listDirectDebits());
  const save = useMutation({
    mutationFn: async (file: string) => {
      const { data } = await api.downloadDirectDebits({ path: { file }, parseAs: 'blob' });
      saveFile(new File([data as Blob], `direct-debits-${file}.xml`, { type: 'application/xml' }));
    },
  });
  const columns: Column<DirectDebitFile>[] = [
    { title: t`File`, value: ({ id }) => id, render: ({ id }) => shortId(id) },
    {
      title: t`Debited on`,
      value: ({ day }) => day,
      render: ({ day }) => i18n.date(dayOf(day), { dateStyle: 'medium' }),
    },
    { title: t`Invoices`, numeric: true, value: ({ invoices }) => invoices, render: ({ invoices }) => invoices },
    {
      title: t`Total`,
      numeric: true,
      card: 'aside',
      value: ({ total }) => total,
      render: ({ total }) => formatAmount(total, 'EUR', i18n.locale),
    },
    { title: t`Made`, card: 'none', value: ({ created }) => created, render: ({ created }) => formatDateTime(created) },
  ];
  const create = (
    <Button size="md" onClick={() => setCreating(true)}>
      <Trans>New file</Trans>
    </Button>
  );
  return (
    <Section
      title={t`Direct debits`}
      lead={
        <Trans>
          Files for your bank (SEPA, pain.008). An invoice is in one file only, until its debit is returned.
        </Trans>
      }
    >
      <ErrorNotice fault={save.error} />
      <DataTable<DirectDebitFile>
        label={t`Files of direct debits`}
        list={list}
        columns={columns}
        tools={hasTools(list) && create}
        actions={({ id }) => (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            aria-label={t`Download the file ${shortId(id)}`}
            onClick={() => save.mutate(id)}
          >
            <Trans>Download</Trans>
          </Button>
        )}
        empty={
          <EmptyState
            icon={IconBuildingBank}
            text={<Trans>No file yet. It collects open invoices of organisations with a mandate.</Trans>}
            action={create}
          />
        }
      />
      <NewFile opened={creating} onClose={() => setCreating(false)} onMade={(file) => save.mutate(file)} />
    </Section>
  );
}

interface NewFileProps {
  opened: boolean;
  onClose: () => void;
  onMade: (file: string) => void;
}

function NewFile({ opened, onClose, onMade }: NewFileProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: async (day: string) => (await api.createDirectDebits({ body: { day } })).data,
    onSuccess: ({ id, invoices }) => {
      toast({ message: t`Invoices in the file: ${invoices}.` });
      onMade(id);
      onClose();
    },
    onSettled: () => Promise.all(INVOICE_LISTS.map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    make.mutate(String(new FormData(event.currentTarget).get('day')));
  };
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      title={t`New file of direct debits`}
      footer={
        <Group justify="flex-end">
          <Button size="md" type="submit" form="direct-debits" loading={make.isPending}>
            <Trans>Make the file</Trans>
          </Button>
        </Group>
      }
    >
      <form id="direct-debits" onSubmit={send}>
        <Stack>
          <Text size="sm">
            <Trans>
              All invoices in euros that are due by this day and have a mandate are collected. They wait as “Being
              collected” until you record the payment, or that the bank has returned the debit. Upload the file at your
              bank at least one business day before.
            </Trans>
          </Text>
          <TextInput size="md" name="day" type="date" required label={t`Day of collection`} />
          <ErrorNotice fault={make.error} />
        </Stack>
      </form>
    </Drawer>
  );
}
