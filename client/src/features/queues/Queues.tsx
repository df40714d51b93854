import { Button, Select } from '@mantine/core';
import { IconHeadset, IconPlus, IconSettings } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { joined } from '~/core/bidi';
import type { Queue } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { EmptyState } from '~/design/EmptyState';
import { ErrorBar } from '~/design/ErrorBar';
import { Page } from '~/design/Page';
import { useEditor } from '~/features/routing';
import css from './queues.module.css';
import { QueueForm } from './QueueForm';
import { useQueues } from './useQueues';
import { Wallboard } from './Wallboard';

/** Queues: who is waiting, and the states of the agents, of one queue at a time; and its settings. */
export default function Queues() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const { item = null } = useSearch({ strict: false }) as { item?: string | null };
  const [wanted, setWanted] = useState(item);
  const { queues, chosen, live, fault, retry } = useQueues(tenant, wanted);
  const editor = useEditor<Queue>({
    title: (queue) => queue?.name ?? t`New queue`,
    form: (queue, close) => <QueueForm queue={queue} tenant={tenant} onClose={close} />,
  });
  const create = (
    <Button size="md" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => editor.open()}>
      <Trans>New queue</Trans>
    </Button>
  );
  return (
    <Page title={t`Queues`} size="xl" actions={chosen && create}>
      <ErrorBar fault={queues.fault} retry={queues.retry} />
      <ErrorBar fault={fault} retry={retry} />
      {queues.loaded && !chosen && (
        <EmptyState
          icon={IconHeadset}
          text={<Trans>No queue yet. Callers wait with music until one of your agents is free.</Trans>}
          action={create}
        />
      )}
      {chosen && (
        <div className={css.choice}>
          <Select
            size="md"
            label={t`Queue`}
            data={queues.items.map((each) => ({ value: each.id, label: joined(each.name, each.number) }))}
            value={chosen.id}
            onChange={setWanted}
            allowDeselect={false}
          />
          <Button
            size="md"
            variant="default"
            leftSection={<IconSettings size={16} aria-hidden />}
            onClick={() => editor.open(chosen)}
          >
            <Trans>Settings</Trans>
          </Button>
        </div>
      )}
      {live && <Wallboard live={live} tenant={tenant} />}
      {editor.drawer}
    </Page>
  );
}
