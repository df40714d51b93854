import { Button, Checkbox, FileInput, Group, Stack, Text } from '@mantine/core';
import { useDidUpdate } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plural, useLingui } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { asProblem, Problem } from '~/core/problem';
import { toast } from '~/core/toasts';
import { Drawer } from './Drawer';
import { ImportPreview, type ImportCounts, type ImportRow } from './ImportPreview';
import { ErrorNotice } from './Notice';

export interface ImportDrawerProps {
  opened: boolean;
  onClose: () => void;
  tenant?: string;
}

interface Settings<R> extends ImportDrawerProps {
  title: string;
  /** Columns of the file, and its limits. */
  about: ReactNode;
  /** A button that gives an example of the file. */
  example?: ReactNode;
  /** Fields above the file. */
  above?: ReactNode;
  /** Fields below the chosen file, by the last preview. */
  below?: (report?: R) => ReactNode;
  /** Value of those fields: another one has the file checked again. */
  variant?: string;
  /** A file was chosen. */
  onChoose?: () => void;
  placeholder: string;
  accept: string;
  send: (file: File, how: { dry_run: boolean; skip_faulty?: boolean }) => Promise<R>;
  /** Label of the button that imports so many rows. */
  submit: (count: number) => ReactNode;
  /** Sentence about a finished import. */
  success: (report: R) => string;
  /** Takes a finished import back. */
  undo?: (report: R) => (() => unknown) | undefined;
  /** Says why the file cannot be imported as it is. */
  obstacle?: (report: R) => ReactNode;
  /** First parts of the keys of the queries that an import changes. */
  changes: string[];
  /** Title of the column with the names. */
  subject: string;
  rows: (report: R) => ImportRow[];
  ignored: (report: R) => string[];
  /** Number of rows that the preview leaves out. */
  omitted?: (report: R) => number;
  /** Shown until a file is chosen. */
  before?: ReactNode;
  fault?: unknown;
}

/** Types of a CSV file, as mail programs and spreadsheets name it. */
export const CSV_TYPES = '.csv,text/csv,text/plain';

/** A file that is too large can be imported in parts, unlike those that are sent elsewhere. */
function importFault(fault: unknown): unknown {
  return asProblem(fault).status === 413 ? new Problem('import_too_large', 413, '') : fault;
}

/** Drawer that imports a file after a preview by line. Rows with faults are skipped if the user agrees. */
export function ImportDrawer<R extends ImportCounts>(settings: Settings<R>) {
  const { t } = useLingui();
  const { send, variant } = settings;
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [skip, setSkip] = useState(false);
  const preview = useMutation({ mutationFn: (chosen: File) => send(chosen, { dry_run: true }) });
  const run = useMutation({
    mutationFn: (chosen: File) => send(chosen, { dry_run: false, skip_faulty: skip }),
    onSuccess: (report) => {
      toast({ message: settings.success(report), undo: settings.undo?.(report) });
      close();
    },
    onSettled: () => Promise.all(settings.changes.map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  function check(chosen: File | null) {
    setFile(chosen);
    setSkip(false);
    run.reset();
    if (chosen) preview.mutate(chosen);
    else preview.reset();
  }
  useDidUpdate(() => check(file), [variant]);
  function close() {
    settings.onClose();
    check(null);
  }
  const report = preview.data;
  const good = report ? report.created + report.updated : 0;
  const obstacle = report && settings.obstacle?.(report);
  const omitted = (report && settings.omitted?.(report)) ?? 0;
  const skippable = report && report.refused > 0 && good > 0;
  return (
    <Drawer
      opened={settings.opened}
      onClose={close}
      title={settings.title}
      footer={
        <Group justify="flex-end">
          <Button
            size="md"
            disabled={!file || !report || Boolean(obstacle) || good === 0 || (report.refused > 0 && !skip)}
            loading={run.isPending}
            onClick={() => file && run.mutate(file)}
          >
            {settings.submit(good)}
          </Button>
        </Group>
      }
    >
      <Stack>
        <Text size="sm">{settings.about}</Text>
        {settings.example}
        {settings.above}
        <FileInput
          size="md"
          label={t`File`}
          placeholder={settings.placeholder}
          accept={settings.accept}
          clearable
          clearButtonProps={{ 'aria-label': t`Remove the file` }}
          value={file}
          onChange={(chosen) => {
            settings.onChoose?.();
            check(chosen);
          }}
        />
        <ErrorNotice fault={importFault(preview.error ?? run.error) ?? settings.fault} />
        {file && (report || preview.error) && settings.below?.(report)}
        {obstacle}
        {report && (
          <ImportPreview
            report={report}
            ignored={settings.ignored(report)}
            subject={settings.subject}
            rows={settings.rows(report)}
          />
        )}
        {omitted > 0 && (
          <Text size="sm" c="dimmed">
            <Plural value={omitted} one="# more row is not listed." other="# more rows are not listed." />
          </Text>
        )}
        {skippable && (
          <Checkbox
            size="md"
            label={t`Skip the entries with faults`}
            checked={skip}
            onChange={(event) => setSkip(event.currentTarget.checked)}
          />
        )}
        {!file && settings.before}
      </Stack>
    </Drawer>
  );
}
