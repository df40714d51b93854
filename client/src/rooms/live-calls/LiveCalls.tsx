import { Badge, Button } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconPhoneOff } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type LiveCall } from '~/api';
import { organisation } from '~/api/organisation';
import { ask } from '~/design/Ask';
import { usePages } from '~/design/lists';
import { duration } from '~/design/moments';
import { Fault } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Table } from '~/design/Table';
import { useValue } from '~/kernel/store';

/** The calls going on now, and how to end one. */
export default function LiveCalls() {
  const { t } = useLingui();
  const tenant = useValue(organisation, (each) => each.chosen?.id);
  const list = usePages<LiveCall>(['calls', tenant], () => api.listCalls({ query: { tenant } }), { every: 2000 });
  const [now, setNow] = useState(Date.now);
  useInterval(() => setNow(Date.now()), 1000, { autoInvoke: true });
  const queries = useQueryClient();
  const hangUp = useMutation({
    mutationFn: (call: LiveCall) => api.hangUpCall({ path: { call_id: call.id } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['calls'] }),
  });

  async function end(call: LiveCall) {
    const sure = await ask({
      title: t`End this call?`,
      text: t`${call.caller} and ${call.callee} are cut off at once.`,
      yes: t`End call`,
      no: t`Leave it`,
    });
    if (sure) hangUp.mutate(call);
  }

  const states: Record<string, { text: string; colour: string }> = {
    ringing: { text: t`ringing`, colour: 'yellow' },
    talking: { text: t`talking`, colour: 'teal' },
    ending: { text: t`ending`, colour: 'gray' },
  };
  return (
    <Page title={t`Live calls`} size="xl">
      <Fault fault={list.fault ?? hangUp.error} />
      <Table
        label={t`Live calls`}
        list={list}
        columns={[
          { title: t`From`, show: (call) => call.caller },
          { title: t`To`, show: (call) => call.callee },
          {
            title: t`State`,
            show: (call) => (
              <Badge variant="dot" color={states[call.state]?.colour}>
                {states[call.state]?.text ?? call.state}
              </Badge>
            ),
          },
          {
            title: t`Time`,
            numeric: true,
            show: (call) => duration((now - Date.parse(call.answered ?? call.started)) / 1000),
          },
        ]}
        actions={(call) => (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPhoneOff size={16} aria-hidden />}
            aria-label={t`End the call from ${call.caller} to ${call.callee}`}
            onClick={() => void end(call)}
          >
            <Trans>End</Trans>
          </Button>
        )}
        empty={<Trans>Nobody is on the phone right now.</Trans>}
      />
    </Page>
  );
}
