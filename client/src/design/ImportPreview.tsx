import { Badge, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { InfoNotice } from './Notice';

type Action = 'refused' | 'create' | 'update' | 'unchanged';

export interface ImportCounts {
  created: number;
  updated: number;
  unchanged: number;
  refused: number;
}

export interface ImportRow {
  line: number;
  action: Action;
  title: string;
  number: string;
  faults: string[];
}

interface ImportPreviewProps {
  report: ImportCounts;
  /** Columns or properties that are not imported. */
  ignored: string[];
  /** Title of the column with the names. */
  subject: string;
  rows: ImportRow[];
}

/** Faults first: they are to be looked at. */
const ORDER: Action[] = ['refused', 'create', 'update', 'unchanged'];
/** Rows with nothing to look at that are shown at most. */
const MOST_ROWS = 200;

/** The changes that an import of a file would make, by line. */
export function ImportPreview({ report, ignored, subject, rows }: ImportPreviewProps) {
  const { t } = useLingui();
  const actions: Record<Action, { text: string; colour: string }> = {
    refused: { text: t`fault`, colour: 'red' },
    create: { text: t`new`, colour: 'teal' },
    update: { text: t`change`, colour: 'harbour' },
    unchanged: { text: t`as it is`, colour: 'gray' },
  };
  const sorted = rows.toSorted((one, other) => ORDER.indexOf(one.action) - ORDER.indexOf(other.action));
  const shown = sorted.slice(0, Math.max(MOST_ROWS, report.refused));
  return (
    <>
      <InfoNotice title={t`Nothing is stored yet`}>
        <Trans>
          {report.created} new, {report.updated} changed, {report.unchanged} as they are, {report.refused} with faults.
        </Trans>
      </InfoNotice>
      {ignored.length > 0 && (
        <Text size="sm" c="dimmed">
          <Trans>Not imported: {ignored.join(', ')}</Trans>
        </Text>
      )}
      <Table aria-label={t`Preview`} verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">
              <Trans>Line</Trans>
            </Table.Th>
            <Table.Th scope="col">{subject}</Table.Th>
            <Table.Th scope="col">
              <Trans>Number</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ line, action, title, number, faults }) => (
            <Table.Tr key={line}>
              <Table.Td className="tabular">{line}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                <Badge size="sm" variant="dot" color={actions[action].colour}>
                  {actions[action].text}
                </Badge>{' '}
                <bdi>{title}</bdi>
                {faults.map((fault, at) => (
                  <Text key={at} size="sm" c="var(--mantine-color-error)">
                    {fault}
                  </Text>
                ))}
              </Table.Td>
              <Table.Td className="tabular">{number || '–'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}
