import { Stack, Text } from '@mantine/core';
import { IconFileZip } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { EmptyState } from '~/design/EmptyState';
import { ErrorBar } from '~/design/ErrorBar';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { copiesOf, CopyActions, CopyState } from '~/features/access-copies';
import { PrivacySection } from './PrivacySection';
import { usePersonNames } from './usePersonNames';

/** The copies of personal data that the administrator has requested. */
export default function Copies() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const found = useQuery(copiesOf(tenant));
  const nameOf = usePersonNames(tenant);
  return (
    <PrivacySection>
      <Section
        title={t`Copies`}
        lead={
          <Trans>
            Copies of personal data that you have requested. Only you can download them. A copy of a person is made on
            the page of that person, of a caller without an account in the request.
          </Trans>
        }
      >
        <ErrorBar fault={found.error} retry={found.refetch} />
        {found.isPending && <SkeletonBlock height={120} />}
        {found.data?.length === 0 && <EmptyState icon={IconFileZip} text={<Trans>No copies.</Trans>} />}
        <Stack component="ul" gap="lg" m={0} p={0} style={{ listStyle: 'none' }}>
          {found.data?.map((copy) => (
            <Stack component="li" gap="xs" key={copy.id}>
              <Text fw={600} dir="auto">
                {copy.person_id ? nameOf(copy.person_id) : <Trans>Caller without an account</Trans>}
              </Text>
              {copy.disclosure_id && (
                <Text size="sm">
                  <Trans>For an authority. Each download is a hand-over and is logged.</Trans>
                </Text>
              )}
              <CopyState copy={copy} />
              {copy.state !== 'requested' && <CopyActions copy={copy} tenant={tenant} />}
            </Stack>
          ))}
        </Stack>
      </Section>
    </PrivacySection>
  );
}
