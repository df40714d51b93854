import { ActionIcon, Text } from '@mantine/core';
import { IconPhone } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { api, type FeatureCode } from '~/api';
import { useReloadOnEvent } from '~/api/useReloadOnEvent';
import { ErrorBar } from '~/design/ErrorBar';
import { Page } from '~/design/Page';
import { Row, Rows } from '~/design/Rows';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { startCall } from '~/features/call';
import { useFeatureTexts } from '~/features/feature-codes';

/** The feature codes; those that are complete can be called from here. */
export default function FeatureCodeList() {
  const { t } = useLingui();
  useReloadOnEvent('feature_codes', 'feature-codes');
  const { data, error, refetch } = useQuery({
    queryKey: ['feature-codes'],
    queryFn: async () => (await api.listFeatureCodes()).data.items.filter(({ code }) => code !== ''),
  });
  return (
    <Page title={t`Feature codes`} back="/settings">
      <ErrorBar fault={error} retry={refetch} />
      {data === undefined && error === null && <SkeletonBlock height={60} />}
      {data !== undefined && (
        <Rows label={t`Feature codes`}>
          {data.map((each) => (
            <FeatureCodeRow key={each.name} feature={each} />
          ))}
        </Rows>
      )}
    </Page>
  );
}

function FeatureCodeRow({ feature }: { feature: FeatureCode }) {
  const { t } = useLingui();
  const { effect, then } = useFeatureTexts();
  const { code, argument, optional } = feature;
  const argumentText = then(feature);
  return (
    <Row
      icon={
        <Text fw={600} miw={44} ff="monospace">
          {code}
        </Text>
      }
      trailing={
        (!argument || optional) && (
          <ActionIcon
            variant="subtle"
            size={44}
            radius="xl"
            aria-label={t`Call ${code}`}
            onClick={() => void startCall(code)}
          >
            <IconPhone size={20} stroke={1.75} aria-hidden />
          </ActionIcon>
        )
      }
    >
      <Text>{effect(feature)}</Text>
      {argumentText && (
        <Text size="sm" c="dimmed">
          <Trans>Then dial: {argumentText}</Trans>
        </Text>
      )}
    </Row>
  );
}
