import { Button, Checkbox, FileInput, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { plural } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type ImportedRow, type ImportFault, type ImportReport } from '~/api';
import { toast } from '~/core/toasts';
import { Drawer } from '~/design/Drawer';
import { ImportPreview } from '~/design/ImportPreview';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { download } from '~/design/table';
import { EarlierImports } from './EarlierImports';
import { useUndoImport } from './useUndoImport';

interface ImportPeopleProps {
  opened: boolean;
  onClose: () => void;
  tenant?: string;
}

const EXAMPLE =
  '\uFEFFname,email,number,role,language,department\r\nAda Example,ada@example.com,next,user,en,Sales\r\n';
/** Rows with nothing to look at that are shown at most. */
const MOST_ROWS = 200;
/** Rows of one import. */
const MOST_IMPORTED = 500;

/** Drawer that imports people from a CSV file, after a preview by line. */
export function ImportPeople({ opened, onClose, tenant }: ImportPeopleProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [skip, setSkip] = useState(false);
  const { undo } = useUndoImport(tenant);
  const send = (body: File, dry_run: boolean) =>
    api.importPeople({ body, query: { tenant, dry_run, skip_faulty: dry_run ? undefined : skip } });
  const preview = useMutation({ mutationFn: async (chosen: File) => (await send(chosen, true)).data });
  const run = useMutation({
    mutationFn: async (chosen: File) => (await send(chosen, false)).data,
    onSuccess: ({ created, updated, import_id }) => {
      toast({
        message: t`${plural(created, { one: '# person', other: '# people' })} added, ${updated} changed.`,
        undo: import_id ? () => undo(import_id) : undefined,
      });
      close();
    },
    onSettled: () =>
      Promise.all(
        ['people', 'persons', 'extensions', 'people-imports'].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  });
  function choose(chosen: File | null) {
    setFile(chosen);
    setSkip(false);
    run.reset();
    if (chosen) preview.mutate(chosen);
    else preview.reset();
  }
  function close() {
    onClose();
    choose(null);
  }
  const report = preview.data;
  const good = report ? report.created + report.updated : 0;
  const tooMany = report ? good + report.unchanged + report.refused > MOST_IMPORTED : false;
  return (
    <Drawer
      opened={opened}
      onClose={close}
      title={t`Import people`}
      footer={
        <Group justify="flex-end">
          <Button
            size="md"
            disabled={!file || !report || good === 0 || tooMany || (report.refused > 0 && !skip)}
            loading={run.isPending}
            onClick={() => file && run.mutate(file)}
          >
            <Plural value={good} one="Import # person" other="Import # people" />
          </Button>
        </Group>
      }
    >
      <Stack>
        <Text size="sm">
          <Trans>
            A CSV file with the columns name and email, and if you like number, role, language and department. The
            number “next” stands for the next free one. Up to 500 rows; the preview checks up to 50,000.
          </Trans>
        </Text>
        <Button variant="default" size="md" onClick={() => download(`${t`People`}.csv`, EXAMPLE)}>
          <Trans>Download an example</Trans>
        </Button>
        <FileInput
          size="md"
          label={t`File`}
          placeholder={t`Choose a CSV file`}
          accept=".csv,text/csv,text/plain"
          clearable
          clearButtonProps={{ 'aria-label': t`Remove the file` }}
          value={file}
          onChange={choose}
        />
        <ErrorNotice fault={preview.error ?? run.error} />
        {tooMany && (
          <InfoNotice title={t`More than 500 rows`}>
            <Trans>Split the file, and import its parts one after the other.</Trans>
          </InfoNotice>
        )}
        {report && <Preview report={report} />}
        {report && report.omitted > 0 && (
          <Text size="sm" c="dimmed">
            <Plural value={report.omitted} one="# more row is not listed." other="# more rows are not listed." />
          </Text>
        )}
        {report && report.refused > 0 && good > 0 && (
          <Checkbox
            size="md"
            label={t`Skip the rows with faults`}
            checked={skip}
            onChange={(event) => setSkip(event.currentTarget.checked)}
          />
        )}
        {!file && <EarlierImports tenant={tenant} />}
      </Stack>
    </Drawer>
  );
}

/** Faults first: they are to be looked at. */
const ORDER: ImportedRow['action'][] = ['refused', 'create', 'update', 'unchanged'];

function Preview({ report }: { report: ImportReport }) {
  const { t } = useLingui();
  const describe = useFaultTexts();
  const rows = report.rows.toSorted((one, other) => ORDER.indexOf(one.action) - ORDER.indexOf(other.action));
  return (
    <ImportPreview
      report={report}
      ignored={report.ignored_columns}
      subject={t`Person`}
      rows={rows.slice(0, Math.max(MOST_ROWS, report.refused)).map((row) => ({
        ...row,
        title: row.name || row.email,
        faults: row.faults.map(describe),
      }))}
    />
  );
}

function useFaultTexts() {
  const { t } = useLingui();
  const columns: Record<ImportFault['column'], string> = {
    name: t`Name`,
    email: t`E-mail`,
    number: t`Number`,
    role: t`Role`,
    language: t`Language`,
    department: t`Department`,
    '': t`Row`,
  };
  const texts: Record<ImportFault['code'], string> = {
    missing: t`is missing`,
    malformed: t`is not valid`,
    repeated: t`stands in an earlier row already`,
    taken: t`is in use already`,
    number_fixed: t`cannot be changed: this person has another one`,
    unknown_role: t`is unknown: user or administrator`,
    role_too_high: t`is higher than yours`,
    unknown_language: t`is unknown: en or de`,
    too_many_cells: t`has more cells than the first row`,
    no_free_number: t`is not available: all are in use`,
  };
  return ({ column, code }: ImportFault) => `${columns[column]} ${texts[code]}.`;
}
