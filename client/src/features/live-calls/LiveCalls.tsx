import { Badge, Button } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconPhoneOff } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type LiveCall } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { confirmAction } from '~/design/Confirm';
import { usePages } from '~/design/lists';
import { formatDuration } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Table } from '~/design/Table';
import { useValue } from '~/core/store';

/** Live calls, with a button to end one. */
export default function LiveCalls() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const list = usePages<LiveCall>(['calls', tenant], () => api.listCalls({ query: { tenant } }), { pollMs: 2000 });
  const [now, setNow] = useState(Date.now);
  useInterval(() => setNow(Date.now()), 1000, { autoInvoke: true });
  const queries = useQueryClient();
  const hangUp = useMutation({
    mutationFn: (call: LiveCall) => api.hangUpCall({ path: { call_id: call.id } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['calls'] }),
  });

  async function confirmAndEnd(call: LiveCall) {
    const confirmed = await confirmAction({
      title: t`End call?`,
      text: t`${call.caller} and ${call.callee} will be disconnected.`,
      confirmLabel: t`End call`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) hangUp.mutate(call);
  }

  const states: Record<string, { text: string; colour: string }> = {
    ringing: { text: t`ringing`, colour: 'yellow' },
    talking: { text: t`active`, colour: 'teal' },
    ending: { text: t`ending`, colour: 'gray' },
  };
  return (
    <Page title={t`Live calls`} size="xl">
      <ErrorNotice fault={list.fault ?? hangUp.error} />
      <Table
        label={t`Live calls`}
        list={list}
        columns={[
          { title: t`From`, render: (call) => call.caller },
          { title: t`To`, render: (call) => call.callee },
          {
            title: t`State`,
            render: (call) => (
              <Badge variant="dot" color={states[call.state]?.colour}>
                {states[call.state]?.text ?? call.state}
              </Badge>
            ),
          },
          {
            title: t`Time`,
            numeric: true,
            render: (call) => formatDuration((now - Date.parse(call.answered ?? call.started)) / 1000),
          },
        ]}
        actions={(call) => (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPhoneOff size={16} aria-hidden />}
            aria-label={t`End the call from ${call.caller} to ${call.callee}`}
            onClick={() => void confirmAndEnd(call)}
          >
            <Trans>End</Trans>
          </Button>
        )}
        empty={<Trans>No active calls.</Trans>}
      />
    </Page>
  );
}
