import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { ErrorBar } from '~/design/ErrorBar';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { PrivacySection } from './PrivacySection';
import { RetentionAlarm } from './RetentionAlarm';
import { RetentionPeriods } from './RetentionPeriods';
import { RetentionPreview } from './RetentionPreview';

/** How long personal data is stored, and what ends next. */
export default function Retention() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['retention', tenant],
    queryFn: async () => (await api.showRetention({ query: { tenant } })).data,
  });
  return (
    <PrivacySection>
      <ErrorBar fault={error} retry={refetch} />
      {data && <RetentionAlarm sweeps={data.sweeps} />}
      <Section
        title={t`Retention`}
        lead={<Trans>How long personal data is stored. After that it is deleted automatically.</Trans>}
      >
        {isPending && <SkeletonBlock height={800} />}
        {data && <RetentionPeriods retention={data} tenant={tenant} />}
      </Section>
      <Section title={t`Next deletions`}>
        <RetentionPreview tenant={tenant} />
      </Section>
    </PrivacySection>
  );
}
