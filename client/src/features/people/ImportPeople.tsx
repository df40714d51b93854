import { Badge, Button, Checkbox, FileInput, Group, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { plural } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type ImportedRow, type ImportFault, type ImportReport } from '~/api';
import { toast } from '~/core/toasts';
import { Drawer } from '~/design/Drawer';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { download } from '~/design/table';

interface ImportPeopleProps {
  opened: boolean;
  onClose: () => void;
  tenant?: string;
}

const EXAMPLE = '\uFEFFname,email,number,role,language\r\nAda Example,ada@example.com,next,user,en\r\n';
/** Rows with nothing to look at that are shown at most. */
const MOST_ROWS = 200;

/** Drawer that imports people from a CSV file, after a preview by line. */
export function ImportPeople({ opened, onClose, tenant }: ImportPeopleProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [skip, setSkip] = useState(false);
  const send = (body: File, dry_run: boolean) =>
    api.importPeople({ body, query: { tenant, dry_run, skip_faulty: dry_run ? undefined : skip } });
  const preview = useMutation({ mutationFn: async (chosen: File) => (await send(chosen, true)).data });
  const run = useMutation({
    mutationFn: async (chosen: File) => (await send(chosen, false)).data,
    onSuccess: ({ created, updated }) => {
      toast({ message: t`${plural(created, { one: '# person', other: '# people' })} added, ${updated} changed.` });
      close();
    },
    onSettled: () =>
      Promise.all(['people', 'persons', 'extensions'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
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
  return (
    <Drawer
      opened={opened}
      onClose={close}
      title={t`Import people`}
      footer={
        <Group justify="flex-end">
          <Button
            size="md"
            disabled={!file || !report || good === 0 || (report.refused > 0 && !skip)}
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
            A CSV file with the columns name and email, and if you like number, role and language. The number “next”
            stands for the next free one. Up to 500 rows.
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
        {report && <Preview report={report} />}
        {report && report.refused > 0 && good > 0 && (
          <Checkbox
            size="md"
            label={t`Skip the rows with faults`}
            checked={skip}
            onChange={(event) => setSkip(event.currentTarget.checked)}
          />
        )}
      </Stack>
    </Drawer>
  );
}

function Preview({ report }: { report: ImportReport }) {
  const { t } = useLingui();
  const describe = useFaultTexts();
  const actions: Record<ImportedRow['action'], { text: string; colour: string }> = {
    refused: { text: t`fault`, colour: 'red' },
    create: { text: t`new`, colour: 'teal' },
    update: { text: t`change`, colour: 'harbour' },
    unchanged: { text: t`as it is`, colour: 'gray' },
  };
  // Faults first: they are what has to be looked at.
  const order = Object.keys(actions);
  const rows = report.rows.toSorted((one, other) => order.indexOf(one.action) - order.indexOf(other.action));
  return (
    <>
      <InfoNotice title={t`Nothing is stored yet`}>
        <Trans>
          {report.created} new, {report.updated} changed, {report.unchanged} as they are, {report.refused} with faults.
        </Trans>
      </InfoNotice>
      {report.ignored_columns.length > 0 && (
        <Text size="sm" c="dimmed">
          <Trans>Not imported: {report.ignored_columns.join(', ')}</Trans>
        </Text>
      )}
      <Table aria-label={t`Preview`} verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">
              <Trans>Line</Trans>
            </Table.Th>
            <Table.Th scope="col">
              <Trans>Person</Trans>
            </Table.Th>
            <Table.Th scope="col">
              <Trans>Number</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.slice(0, Math.max(MOST_ROWS, report.refused)).map((row) => (
            <Table.Tr key={row.line}>
              <Table.Td className="tabular">{row.line}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                <Badge size="sm" variant="dot" color={actions[row.action].colour}>
                  {actions[row.action].text}
                </Badge>{' '}
                <bdi>{row.name || row.email}</bdi>
                {row.faults.map((fault) => (
                  <Text key={`${fault.column}${fault.code}`} size="sm" c="var(--mantine-color-error)">
                    {describe(fault)}
                  </Text>
                ))}
              </Table.Td>
              <Table.Td className="tabular">{row.number || '–'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
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
