import { Code } from '@mantine/core';
import { IconAsterisk } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type FeatureCode } from '~/api';
import { EmptyState } from '~/design/EmptyState';
import { useAllPages } from '~/design/lists';
import { Page } from '~/design/Page';
import { DataTable, type Column } from '~/design/table';
import { useFeatureTexts } from './texts';

type Row = FeatureCode & { id: string };

/** The feature codes: what can be dialled besides numbers. */
export default function FeatureCodes() {
  const { t } = useLingui();
  const { effect, then } = useFeatureTexts();
  const { items, loaded, fault, retry } = useAllPages<FeatureCode>(['feature-codes'], () => api.listFeatureCodes());
  const columns: Column<Row>[] = [
    {
      title: t`Code`,
      value: ({ code }) => code,
      render: ({ code }) => <Code fz="md">{code}</Code>,
    },
    { title: t`Effect`, value: effect, render: effect },
    { title: t`Then dial`, labelled: true, value: then, render: then },
  ];
  return (
    <Page title={t`Feature codes`} size="xl">
      <DataTable<Row>
        label={t`Feature codes`}
        list={{ loaded, fault, retry, items: items.map((each) => ({ ...each, id: each.name })) }}
        columns={columns}
        exportable
        empty={<EmptyState icon={IconAsterisk} text={<Trans>This system has no feature codes.</Trans>} />}
      />
    </Page>
  );
}
