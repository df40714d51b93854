import { Button, Checkbox, FileInput, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { plural } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type ImportedNumber, type NumberFault, type NumberImportReport } from '~/api';
import { toast } from '~/core/toasts';
import { Drawer } from '~/design/Drawer';
import { ImportPreview } from '~/design/ImportPreview';
import { ErrorNotice } from '~/design/Notice';
import { download } from '~/design/table';
import { useDestinationText, useTargets } from '~/features/routing';

interface ImportNumbersProps {
  opened: boolean;
  onClose: () => void;
  tenant?: string;
}

/** Rows with nothing to look at that are shown at most. */
const MOST_ROWS = 200;

/** Drawer that adds and changes public numbers by a CSV file, after a preview by line. */
export function ImportNumbers({ opened, onClose, tenant }: ImportNumbersProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [skip, setSkip] = useState(false);
  const send = (body: File, dry_run: boolean) =>
    api.importNumbers({ body, query: { tenant, dry_run, skip_faulty: dry_run ? undefined : skip } });
  const preview = useMutation({ mutationFn: async (chosen: File) => (await send(chosen, true)).data });
  const run = useMutation({
    mutationFn: async (chosen: File) => (await send(chosen, false)).data,
    onSuccess: ({ created, updated }) => {
      toast({ message: t`${plural(created, { one: '# number', other: '# numbers' })} added, ${updated} changed.` });
      close();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['numbers'] }),
  });
  const current = useMutation({
    mutationFn: async () => {
      const { data } = await api.exportNumbers({ query: { tenant }, parseAs: 'text' });
      download(`${t`Numbers`}.csv`, `\uFEFF${data}`);
    },
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
      title={t`Import numbers`}
      footer={
        <Group justify="flex-end">
          <Button
            size="md"
            disabled={!file || !report || good === 0 || (report.refused > 0 && !skip)}
            loading={run.isPending}
            onClick={() => file && run.mutate(file)}
          >
            <Plural value={good} one="Import # number" other="Import # numbers" />
          </Button>
        </Group>
      }
    >
      <Stack>
        <Text size="sm">
          <Trans>
            A CSV file with the columns number, trunk and destination, and if you like description, shown_for and
            reject_anonymous. An empty cell leaves a value as it is. Up to 2,000 rows.
          </Trans>
        </Text>
        <Button variant="default" size="md" loading={current.isPending} onClick={() => current.mutate()}>
          <Trans>Download your numbers</Trans>
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
        <ErrorNotice fault={preview.error ?? run.error ?? current.error} />
        {report && <Preview report={report} tenant={tenant} />}
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

/** Faults first: they are to be looked at. */
const ORDER: ImportedNumber['action'][] = ['refused', 'create', 'update', 'unchanged'];

function Preview({ report, tenant }: { report: NumberImportReport; tenant?: string }) {
  const { t } = useLingui();
  const describe = useFaultTexts();
  const text = useDestinationText(useTargets(tenant));
  const rows = report.rows.toSorted((one, other) => ORDER.indexOf(one.action) - ORDER.indexOf(other.action));
  return (
    <ImportPreview
      report={report}
      ignored={report.ignored_columns}
      subject={t`Destination`}
      rows={rows.slice(0, Math.max(MOST_ROWS, report.refused)).map((row) => ({
        ...row,
        title: text(row.destination),
        faults: row.faults.map(describe),
      }))}
    />
  );
}

function useFaultTexts() {
  const { t } = useLingui();
  const columns: Record<NumberFault['column'], string> = {
    number: t`Number`,
    trunk: t`Trunk`,
    destination: t`Destination`,
    description: t`Description`,
    shown_for: 'shown_for',
    reject_anonymous: 'reject_anonymous',
    '': t`Row`,
  };
  const texts: Record<NumberFault['code'], string> = {
    missing: t`is missing`,
    malformed: t`is not valid`,
    repeated: t`stands in an earlier row already`,
    unknown: t`does not exist`,
    invalid: t`leads back to this number or through too many destinations`,
    too_many_cells: t`has more cells than the first row`,
  };
  return ({ column, code }: NumberFault) => `${columns[column]} ${texts[code]}.`;
}
