import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { plural } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { api, type NumberFault, type NumberImportReport } from '~/api';
import { CSV_TYPES, ImportDrawer, type ImportDrawerProps } from '~/design/ImportDrawer';
import { download } from '~/design/table';
import { useDestinationText, useTargets } from '~/features/routing';

/** Drawer that adds and changes public numbers by a CSV file, after a preview by line. */
export function ImportNumbers(props: ImportDrawerProps) {
  const { t } = useLingui();
  const { tenant } = props;
  const describe = useFaultTexts();
  const text = useDestinationText(useTargets(tenant));
  const current = useMutation({
    mutationFn: async () => {
      const { data } = await api.exportNumbers({ query: { tenant }, parseAs: 'text' });
      download(`${t({ message: 'Numbers', context: 'public numbers' })}.csv`, `\uFEFF${data}`);
    },
  });
  return (
    <ImportDrawer<NumberImportReport>
      {...props}
      title={t`Import numbers`}
      about={
        <Trans>
          A CSV file with the columns number, trunk and destination, and if you like description, shown_for and
          reject_anonymous. An empty cell leaves a value as it is. Up to 2,000 rows.
        </Trans>
      }
      example={
        <Button variant="default" size="md" loading={current.isPending} onClick={() => current.mutate()}>
          <Trans>Download your numbers</Trans>
        </Button>
      }
      placeholder={t`Choose a CSV file`}
      accept={CSV_TYPES}
      send={async (body, how) => (await api.importNumbers({ body, query: { tenant, ...how } })).data}
      submit={(good) => <Plural value={good} one="Import # number" other="Import # numbers" />}
      success={({ created, updated }) =>
        t`${plural(created, { one: '# number', other: '# numbers' })} added, ${updated} changed.`
      }
      changes={['numbers']}
      subject={t`Destination`}
      ignored={(report) => report.ignored_columns}
      rows={({ rows }) =>
        rows.map((row) => ({ ...row, title: text(row.destination), faults: row.faults.map(describe) }))
      }
      fault={current.error}
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
