import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { asProblem } from '~/core/problem';
import { ErrorBar } from '~/design/ErrorBar';
import { useLoadFault } from '~/design/lists';
import { Page } from '~/design/Page';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { useValue } from '~/core/store';
import { Attention } from './Attention';
import { CallsByHour } from './CallsByHour';
import { LiveNow } from './LiveNow';
import { SetUp, useSetUp } from './SetUp';
import { Tiles } from './Tiles';
import { midnight, period, summarize } from './model';
import css from './home.module.css';

const POLL_MS = 60_000;

/** First page of the portal: what is left to set up, the calls of today and this week, and what needs attention. */
export default function Home() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const now = new Date();
  const { data, error, errorUpdatedAt, refetch } = useQuery({
    queryKey: ['statistics', tenant, midnight(now).getTime()],
    queryFn: async () => (await api.showCallStatistics({ query: { tenant, ...period(now) } })).data,
    refetchInterval: POLL_MS,
  });
  const fault = useLoadFault({ data, error, errorUpdatedAt });
  const summary = data && summarize(data.hours, now);
  const setUp = useSetUp(tenant);
  const refusal = useLoadFault(setUp);
  // The checklist, which may be long, would push the figures down. A failed load is repeated below the skeleton, not
  // with it: the checklist would load again whenever it appears.
  if (setUp.isLoading && !setUp.isFetched) {
    return (
      <Page title={t`Home`} size="xl">
        <SkeletonBlock height={600} />
      </Page>
    );
  }
  // Staff of the operator see nothing here without the consent of the organisation: said once, not by each part.
  if (refusal && asProblem(refusal).code === 'support_access_needed') {
    return (
      <Page title={t`Home`} size="xl">
        <ErrorBar fault={refusal} retry={() => void setUp.refetch()} />
      </Page>
    );
  }
  return (
    <Page title={t`Home`} size="xl">
      <SetUp tenant={tenant} />
      <ErrorBar fault={fault} retry={() => void refetch()} />
      {(summary || !fault) && <Tiles summary={summary} answerSeconds={data?.median_answer_seconds ?? undefined} />}
      <div className={css.columns}>
        {(summary || !fault) && (
          <CallsByHour
            caption={t`Calls of today by hour`}
            hours={summary?.hours}
            empty={<Trans>No calls today yet.</Trans>}
          />
        )}
        <div>
          <LiveNow tenant={tenant} />
          <Attention tenant={tenant} />
        </div>
      </div>
    </Page>
  );
}
