import { Button } from '@mantine/core';
import { plural } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { api, type ImportFault, type ImportReport } from '~/api';
import { CSV_TYPES, ImportDrawer, type ImportDrawerProps } from '~/design/ImportDrawer';
import { InfoNotice } from '~/design/Notice';
import { download } from '~/design/table';
import { EarlierImports } from './EarlierImports';
import { useUndoImport } from './useUndoImport';

const EXAMPLE =
  '\uFEFFname,email,number,role,language,department\r\nAda Example,ada@example.com,next,user,en,Sales\r\n';
/** Rows of one import. */
const MOST_IMPORTED = 500;

/** Drawer that imports people from a CSV file, after a preview by line. */
export function ImportPeople(props: ImportDrawerProps) {
  const { t } = useLingui();
  const describe = useFaultTexts();
  const { tenant } = props;
  const { undo } = useUndoImport(tenant);
  return (
    <ImportDrawer<ImportReport>
      {...props}
      title={t`Import people`}
      about={
        <Trans>
          A CSV file with the columns name and email, and if you like number, role, language and department. The number
          “next” stands for the next free one. Up to 500 rows; the preview checks up to 50,000.
        </Trans>
      }
      example={
        <Button variant="default" size="md" onClick={() => download(`${t`People`}.csv`, EXAMPLE)}>
          <Trans>Download an example</Trans>
        </Button>
      }
      placeholder={t`Choose a CSV file`}
      accept={CSV_TYPES}
      send={async (body, how) => (await api.importPeople({ body, query: { tenant, ...how } })).data}
      submit={(good) => <Plural value={good} one="Import # person" other="Import # people" />}
      success={({ created, updated }) =>
        t`${plural(created, { one: '# person', other: '# people' })} added, ${updated} changed.`
      }
      changes={['people', 'persons', 'extensions', 'people-imports']}
      undo={({ import_id }) => (import_id ? () => undo(import_id) : undefined)}
      obstacle={({ created, updated, unchanged, refused }) =>
        created + updated + unchanged + refused > MOST_IMPORTED && (
          <InfoNotice title={t`More than 500 rows`}>
            <Trans>Split the file, and import its parts one after the other.</Trans>
          </InfoNotice>
        )
      }
      subject={t`Person`}
      ignored={(report) => report.ignored_columns}
      omitted={(report) => report.omitted}
      before={<EarlierImports tenant={tenant} />}
      rows={({ rows }) =>
        rows.map((row) => ({ ...row, title: row.name || row.email, faults: row.faults.map(describe) }))
      }
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
    last_administrator: t`stays: no other active person would have it`,
    unknown_language: t`is unknown: en or de`,
    too_many_cells: t`has more cells than the first row`,
    no_free_number: t`is not available: all are in use`,
  };
  return ({ column, code }: ImportFault) => `${columns[column]} ${texts[code]}.`;
}
