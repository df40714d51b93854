import { Code } from '@mantine/core';
import { IconAsterisk } from '@tabler/icons-react';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type FeatureCode } from '~/api';
import { EmptyState } from '~/design/EmptyState';
import { useAllPages } from '~/design/lists';
import { Page } from '~/design/Page';
import { DataTable, type Column } from '~/design/table';

const ARGUMENTS: Record<NonNullable<FeatureCode['argument']>, MessageDescriptor> = {
  number: msg`a number`,
  extension: msg`an extension`,
  'extension or group': msg`an extension or a group`,
  group: msg`a group`,
  queue: msg`a queue`,
  slot: msg`a parking slot`,
};

type Row = FeatureCode & { id: string };

/** The feature codes: what can be dialled besides numbers. */
export default function FeatureCodes() {
  const { t, i18n } = useLingui();
  const { items, loaded, fault, retry } = useAllPages<FeatureCode>(['feature-codes'], () => api.listFeatureCodes());
  const effect = ({ text }: FeatureCode) => (i18n.locale === 'de' ? text.de : text.en);
  const then = ({ argument, optional }: FeatureCode) => {
    if (!argument) return '';
    const what = t(ARGUMENTS[argument]);
    return optional ? t`${what}, or nothing` : what;
  };
  const columns: Column<Row>[] = [
    {
      title: t`Code`,
      value: ({ code }) => code,
      render: ({ code }) => <Code fz="md">{code}</Code>,
    },
    { title: t`Effect`, value: effect, render: effect },
    { title: t`Then dial`, value: then, render: then },
  ];
  return (
    <Page title={t`Feature codes`} size="xl">
      <DataTable<Row>
        label={t`Feature codes`}
        list={{ loaded, fault, retry, items: items.map((each) => ({ ...each, id: each.code })) }}
        columns={columns}
        exportable
        empty={<EmptyState icon={IconAsterisk} text={<Trans>This system has no feature codes.</Trans>} />}
      />
    </Page>
  );
}
