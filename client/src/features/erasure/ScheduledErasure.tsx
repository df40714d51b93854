import { Button, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { useChanges } from '~/design/changes';
import { formatDateTime } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { SCHEDULED_ERASURES, useScheduledErasures } from './useScheduledErasures';

/** When a person is erased, with the button that cancels it; nothing if that is not scheduled. */
export function ScheduledErasure({ personId, name, tenant }: { personId: string; name: string; tenant?: string }) {
  const { t } = useLingui();
  const { items, fault, retry } = useScheduledErasures(tenant);
  const changes = useChanges(SCHEDULED_ERASURES);
  const found = items.find(({ person_id }) => person_id === personId);
  const cancel = () =>
    changes.mutate({
      apply: () => api.cancelErasure({ path: { person_id: personId }, query: { tenant } }),
      message: t`The erasure of ${name} is cancelled.`,
    });
  if (!found) return <ErrorBar fault={fault} retry={retry} />;
  return (
    <InfoNotice title={t`Will be erased on ${formatDateTime(found.due)}`}>
      <Text size="sm">
        {found.own ? (
          <Trans>This person has closed their own account. It works until then.</Trans>
        ) : (
          <Trans>The account works until then. All that is held at that time is erased.</Trans>
        )}
      </Text>
      <ErrorNotice fault={changes.error} />
      <Button size="sm" mt="xs" variant="default" loading={changes.isPending} onClick={cancel}>
        <Trans>Cancel the erasure</Trans>
      </Button>
    </InfoNotice>
  );
}
