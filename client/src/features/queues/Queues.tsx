import { Select } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { EmptyState } from '~/design/EmptyState';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { useQueues } from './useQueues';
import { Wallboard } from './Wallboard';

/** Queues: who is waiting, and the states of the agents, of one queue at a time. */
export default function Queues() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const [wanted, setWanted] = useState<string | null>(null);
  const { queues, chosen, live, fault } = useQueues(tenant, wanted);
  return (
    <Page title={t`Queues`} size="xl">
      <ErrorNotice fault={queues.fault ?? fault} />
      {queues.loaded && !chosen && (
        <EmptyState icon={IconUsersGroup} text={<Trans>No queue has been created yet.</Trans>} />
      )}
      {chosen && (
        <Select
          label={t`Queue`}
          data={queues.items.map((each) => ({ value: each.id, label: `${each.name} · ${each.number}` }))}
          value={chosen.id}
          onChange={setWanted}
          allowDeselect={false}
          maw="24rem"
        />
      )}
      {live && <Wallboard live={live} tenant={tenant} />}
    </Page>
  );
}
