import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Hold } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { confirmAction } from '~/design/Confirm';
import { formatDate } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { StepUp, StepUpDialog } from '~/features/settings';
import { HoldForm } from './HoldForm';
import { holdsOf } from './holds-query';
import { PrivacySection } from './PrivacySection';

/** Objects that must not be deleted, by whose order and until when. */
export default function Holds() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const [isPlacing, setPlacing] = useState(false);
  const list = useQuery(holdsOf(tenant));
  return (
    <PrivacySection>
      <Section
        title={t`Holds`}
        lead={
          <Trans>
            Calls, recordings and messages that a court or an authority wants preserved. Until the release they are not
            deleted: not after their period, not by users, not with an account.
          </Trans>
        }
      >
        <ErrorBar fault={list.error} retry={list.refetch} />
        {list.isPending && <SkeletonBlock height={120} />}
        {list.data?.length === 0 && <EmptyState icon={IconLock} text={<Trans>There are no holds.</Trans>} />}
        {list.data?.map((hold) => (
          <HoldEntry key={hold.id} hold={hold} tenant={tenant} />
        ))}
        {isPlacing ? (
          <HoldForm tenant={tenant} onClose={() => setPlacing(false)} />
        ) : (
          <Button size="md" w="fit-content" onClick={() => setPlacing(true)}>
            <Trans>Place a hold</Trans>
          </Button>
        )}
      </Section>
    </PrivacySection>
  );
}

function HoldEntry({ hold, tenant }: { hold: Hold; tenant?: string }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [stepUp] = useState(() => new StepUp());
  const release = useMutation({
    mutationFn: () => stepUp.run(() => api.releaseHold({ path: { hold_id: hold.id }, query: { tenant } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['holds'] }),
  });
  const ask = async () => {
    const confirmed = await confirmAction({
      title: t`Release this hold?`,
      text: t`All that should have been deleted meanwhile is deleted then. That cannot be undone.`,
      confirmLabel: t`Release`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) release.mutate();
  };
  const count = Object.values(hold.objects).reduce((sum, each) => sum + each, 0);
  const day = formatDate(`${hold.review}T12:00:00`);
  return (
    <Stack component="article" gap={4} aria-label={hold.authority || t`Released hold`}>
      <Group gap="xs">
        <Text fw={600} dir="auto">
          {hold.authority || t`Released hold`}
        </Text>
        {hold.overdue && (
          <Badge color="red.9">
            <Trans>Review overdue since {day}</Trans>
          </Badge>
        )}
      </Group>
      <Text dir="auto" style={{ overflowWrap: 'anywhere' }}>
        {hold.reason}
      </Text>
      <Text size="sm" c="dimmed">
        {hold.released ? (
          <Trans>Released on {formatDate(hold.released)}</Trans>
        ) : (
          <>
            <Plural value={count} one="# object" other="# objects" /> · <Trans>review by {day}</Trans>
          </>
        )}
      </Text>
      <ErrorNotice fault={release.error} />
      {!hold.released && (
        <Button
          size="md"
          w="fit-content"
          variant="light"
          color="red"
          loading={release.isPending}
          onClick={() => void ask()}
        >
          <Trans>Release</Trans>
        </Button>
      )}
      <StepUpDialog proof={stepUp} />
    </Stack>
  );
}
