import { Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import type { CampaignAudience } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { InfoNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';

const OBSTACLES: Record<NonNullable<CampaignAudience['obstacle']>, MessageDescriptor> = {
  mail_server: msg`The installation has no mail server. Its operator sets one; drafts can be written already.`,
  public_address: msg`The installation has no public https address, which the link to unsubscribe needs. Its operator sets one; drafts can be written already.`,
  limit: msg`Three campaigns were sent within a day, which is the limit. Try again tomorrow.`,
};

/** How many people a campaign reaches now, and why none can be sent. */
export function Audience({ audience: { data, error, refetch } }: { audience: UseQueryResult<CampaignAudience> }) {
  const { t } = useLingui();
  const { recipients = 0, people = 0 } = data ?? {};
  return (
    <Section title={t`Recipients`}>
      {data ? (
        <>
          <Text>
            <Trans>
              {recipients} of <Plural value={people} one="# person" other="# people" />{' '}
              <Plural value={recipients} one="agrees" other="agree" /> to advertising now, and their address works.
            </Trans>
          </Text>
          <Text size="sm" c="dimmed">
            <Trans>
              People agree in the app, under Privacy, and withdraw there or by the link in each e-mail. They cannot be
              added here.
            </Trans>
          </Text>
          {data.obstacle && (
            <InfoNotice title={t`No campaign can be sent now`}>{t(OBSTACLES[data.obstacle])}</InfoNotice>
          )}
        </>
      ) : error ? (
        <ErrorBar fault={error} retry={() => void refetch()} />
      ) : (
        <SkeletonBlock height={72} />
      )}
    </Section>
  );
}
