import { Badge, Code, Group, Text } from '@mantine/core';
import { IconAsterisk } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type FeatureCode } from '~/api';
import { useReloadOnEvent } from '~/api/useReloadOnEvent';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { EmptyState } from '~/design/EmptyState';
import { useAllPages } from '~/design/lists';
import { Page } from '~/design/Page';
import { DataTable, type Column } from '~/design/table';
import { useEditor } from '~/features/routing';
import { FeatureCodeForm } from './FeatureCodeForm';
import { useFeatureTexts } from './texts';

type Row = FeatureCode & { id: string };

/** The feature codes of an organisation; each can be changed or switched off. */
export default function FeatureCodes() {
  const { t } = useLingui();
  const { effect, then } = useFeatureTexts();
  useReloadOnEvent('feature_codes', 'feature-codes');
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const { items, loaded, fault, retry } = useAllPages<FeatureCode>(['feature-codes', tenant], () =>
    api.listFeatureCodes({ query: { tenant } }),
  );
  const editor = useEditor<Row>({
    title: (feature) => feature?.code || t`Feature code`,
    form: (feature, close) => feature && <FeatureCodeForm feature={feature} tenant={tenant} onClose={close} />,
  });
  const columns: Column<Row>[] = [
    {
      title: t`Code`,
      value: ({ code }) => code || t`Off`,
      render: (feature) => <CodeCell feature={feature} />,
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
        onOpen={editor.open}
        exportable
        empty={<EmptyState icon={IconAsterisk} text={<Trans>This system has no feature codes.</Trans>} />}
      />
      {editor.drawer}
    </Page>
  );
}

function CodeCell({ feature: { code, collision } }: { feature: FeatureCode }) {
  return (
    <Group gap="xs">
      {code ? (
        <Code fz="md">{code}</Code>
      ) : (
        <Badge variant="dot" color="gray">
          <Trans>Off</Trans>
        </Badge>
      )}
      {collision && (
        <Text size="sm" c="red">
          <Trans>
            Also the code {collision.code} of {collision.name}: change one of them
          </Trans>
        </Text>
      )}
    </Group>
  );
}
