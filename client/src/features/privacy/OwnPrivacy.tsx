import { Anchor, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { api } from '~/api';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { DeletionRequest } from './DeletionRequest';
import { OwnConsents } from './OwnConsents';
import type { Language } from './policy-state';

/** The privacy centre: stored data with purpose and period, the user's choices and rights. */
export default function OwnPrivacy() {
  const { t, i18n } = useLingui();
  const language = i18n.locale as Language;
  return (
    <Page title={t`Privacy`} back="/settings">
      <Section title={t`Your choices`} lead={t`Off until you turn them on. A withdrawal is in force at once.`}>
        <OwnConsents />
        <Anchor renderRoot={(props) => <Link to="/settings/voicemail" {...props} />} py="xs">
          <Trans>Transcripts of voicemail</Trans>
        </Anchor>
      </Section>
      <Section title={t`Stored data`}>
        <StoredData language={language} />
      </Section>
      <Section title={t`Your rights`}>
        <Anchor href={`/privacy?lang=${language}`} target="_blank" rel="noopener" py="xs">
          <Trans>Privacy policy</Trans>
        </Anchor>
        <DeletionRequest />
      </Section>
    </Page>
  );
}

function StoredData({ language }: { language: Language }) {
  const { t } = useLingui();
  const record = useQuery({
    queryKey: ['processing', language],
    queryFn: async () => (await api.showProcessingRecord({ query: { language } })).data,
  });
  return (
    <>
      <ErrorNotice fault={record.error} />
      {record.isPending && <Skeleton h={240} aria-label={t`Loading`} />}
      <Stack gap="md">
        {record.data?.data.map((each) => (
          <div key={each.key}>
            <Text fw={600}>{each.title}</Text>
            <Text size="sm">{each.text}</Text>
            <Text size="sm" c="dimmed">
              {each.purposes.join('; ')}
            </Text>
            <Text size="sm" c="dimmed">
              <Stored periods={each.retention.join('; ')} />
            </Text>
          </div>
        ))}
      </Stack>
    </>
  );
}

function Stored({ periods }: { periods: string }) {
  return <Trans>Stored: {periods}</Trans>;
}
