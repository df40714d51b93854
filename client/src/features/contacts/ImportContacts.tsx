import { Button, Checkbox, FileInput, Group, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { plural } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type ContactImport } from '~/api';
import { toast } from '~/core/toasts';
import { Drawer } from '~/design/Drawer';
import { ImportPreview } from '~/design/ImportPreview';
import { ErrorNotice } from '~/design/Notice';
import { useIsAdministrator } from './useIsAdministrator';
import { CONTACTS } from './useContacts';

type Book = 'personal' | 'company';
type Encoding = ContactImport['encoding'];

interface ImportContactsProps {
  opened: boolean;
  onClose: () => void;
  /** The organisation whose contacts are imported; the user chooses the address book otherwise. */
  tenant?: string;
}

/** Drawer that imports contacts from a vCard or CSV file, after a preview by line. */
export function ImportContacts({ opened, onClose, tenant }: ImportContactsProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const isAdministrator = useIsAdministrator();
  const [file, setFile] = useState<File | null>(null);
  const first = tenant ? 'company' : 'personal';
  const [book, setBook] = useState<Book>(first);
  const [encoding, setEncoding] = useState<Encoding>();
  const [skip, setSkip] = useState(false);
  const preview = useMutation({
    mutationFn: async (chosen: { body: File; book: Book; encoding?: Encoding }) => {
      const { body, ...query } = chosen;
      return (await api.importContacts({ body, query: { ...query, tenant, dry_run: true } })).data;
    },
  });
  const run = useMutation({
    mutationFn: async (body: File) =>
      (await api.importContacts({ body, query: { book, tenant, encoding, skip_faulty: skip } })).data,
    onSuccess: ({ created, updated }) => {
      toast({ message: t`${plural(created, { one: '# contact', other: '# contacts' })} added, ${updated} changed.` });
      close();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: [CONTACTS] }),
  });
  function look(body: File | null, into: Book, as?: Encoding) {
    setFile(body);
    setBook(into);
    setEncoding(as);
    setSkip(false);
    run.reset();
    if (body) preview.mutate({ body, book: into, encoding: as });
    else preview.reset();
  }
  function close() {
    onClose();
    look(null, first);
  }
  const report = preview.data;
  const good = report ? report.created + report.updated : 0;
  return (
    <Drawer
      opened={opened}
      onClose={close}
      title={t`Import contacts`}
      footer={
        <Group justify="flex-end">
          <Button
            size="md"
            disabled={!file || !report || preview.isPending || good === 0 || (report.refused > 0 && !skip)}
            loading={run.isPending}
            onClick={() => file && run.mutate(file)}
          >
            <Plural value={good} one="Import # contact" other="Import # contacts" />
          </Button>
        </Group>
      }
    >
      <Stack>
        <Text size="sm">
          <Trans>
            A vCard file (.vcf), as phones and mail programs export it, or a CSV file with titles in the first row, such
            as name, organisation, mobile, work and email. Up to 5,000 contacts.
          </Trans>
        </Text>
        {!tenant && isAdministrator && (
          <SegmentedControl
            fullWidth
            aria-label={t`Address book`}
            value={book}
            onChange={(value) => look(file, value as Book, encoding)}
            data={[
              { value: 'personal', label: t`Only for me` },
              { value: 'company', label: t`For everyone` },
            ]}
          />
        )}
        <FileInput
          size="md"
          label={t`File`}
          placeholder={t`Choose a vCard or CSV file`}
          accept=".vcf,.csv,text/vcard,text/csv,text/plain"
          clearable
          clearButtonProps={{ 'aria-label': t`Remove the file` }}
          value={file}
          onChange={(chosen) => look(chosen, book)}
        />
        <ErrorNotice fault={preview.error ?? run.error} />
        {file && (report || preview.error) && (
          <Select
            size="md"
            label={t`Encoding`}
            description={t`Choose another one if letters look wrong in the preview.`}
            data={[
              { value: 'utf-8', label: 'UTF-8' },
              { value: 'utf-16', label: 'UTF-16' },
              { value: 'windows-1252', label: 'Windows-1252 / Latin-1' },
            ]}
            allowDeselect={false}
            value={encoding ?? report?.encoding ?? 'utf-8'}
            onChange={(value) => look(file, book, value as Encoding)}
          />
        )}
        {report && <Preview report={report} />}
        {report && report.refused > 0 && good > 0 && (
          <Checkbox
            size="md"
            label={t`Skip the entries with faults`}
            checked={skip}
            onChange={(event) => setSkip(event.currentTarget.checked)}
          />
        )}
      </Stack>
    </Drawer>
  );
}

function Preview({ report }: { report: ContactImport }) {
  const { t } = useLingui();
  const describe = useFaultTexts();
  return (
    <ImportPreview
      report={report}
      ignored={report.ignored}
      subject={t`Contact`}
      rows={report.entries.map((entry) => ({ ...entry, faults: entry.faults.map(describe) }))}
    />
  );
}

function useFaultTexts() {
  const { t } = useLingui();
  const fields: Record<string, string> = {
    name: t`The name is missing or too long.`,
    organisation: t`The organisation is too long.`,
    department: t`The department is too long.`,
    numbers: t`A number is not a telephone number.`,
    emails: t`An e-mail address is not valid.`,
    note: t`The note is too long.`,
    uid: t`The contact is in the file twice.`,
  };
  const codes: Record<string, string> = {
    version: t`The version of the vCard is unknown.`,
    too_many_cells: t`The row has more cells than the first row.`,
  };
  return ({ field, code }: { field: string; code: string }) =>
    fields[field] ?? codes[code] ?? t`The entry cannot be read.`;
}
