import { Badge, Button, Group } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconEar, IconHeadphones, IconPhoneCall, IconPhoneOff, IconUsersPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { joined } from '~/core/bidi';
import { api, type MonitoringStart, type NamedLiveCall } from '~/api';
import { session } from '~/api/session';
import { tenantSelection } from '~/api/tenant-selection';
import { asProblem } from '~/core/problem';
import { confirmAction } from '~/design/Confirm';
import { formatDuration } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { ErrorBar } from '~/design/ErrorBar';
import { useLoadFault } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { DataTable } from '~/design/table';
import { useValue } from '~/core/store';
import { useNumberFormat } from '~/features/phone-numbers';
import { useLiveCalls } from './useLiveCalls';

/** Live calls, with buttons to listen to one, where that is allowed, and to end one. */
export default function LiveCalls() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const { calls, secondsOf, nameOf } = useLiveCalls(tenant);
  const queries = useQueryClient();
  const hangUp = useMutation({
    mutationFn: (call: NamedLiveCall) => api.hangUpCall({ path: { call_id: call.id }, query: { tenant } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['calls'] }),
  });
  const listen = useMutation({
    mutationFn: ({ id, mode }: { id: string; mode: MonitoringStart['mode'] }) =>
      api.monitorCall({ path: { call_id: id }, query: { tenant }, body: { mode } }),
  });
  const settings = useQuery({
    queryKey: ['recording-settings', tenant],
    queryFn: async () => (await api.showRecordingSettings({ query: { tenant } })).data,
  });
  const fault = useLoadFault(settings);
  const unread = settings.data ? undefined : fault;
  const settingsFault = !calls.fault && unread && asProblem(unread).status !== 403 ? unread : undefined;
  // In one's own organisation only, and by one's own phone.
  const own = useValue(session, (each) =>
    each.state === 'in' && each.me.extensions.length > 0 ? each.me.tenant?.id : undefined,
  );
  const mayListen = settings.data?.monitoring === true && own !== undefined && own === (tenant ?? own);
  const calleeOf = (call: NamedLiveCall) => (call.room ? t`Conference` : nameOf(call.callee, call.callee_name));
  const formatted = useNumberFormat();
  const withNumber = (name: string, number: string) =>
    name === formatted(number) || !number ? name : joined(name, formatted(number));

  async function confirmAndEnd(call: NamedLiveCall) {
    const [caller, callee] = [nameOf(call.caller, call.caller_name), calleeOf(call)];
    const confirmed = await confirmAction({
      title: t`End call?`,
      text: t`${caller} and ${callee} will be disconnected.`,
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
      <ErrorNotice fault={hangUp.error ?? listen.error} />
      <ErrorBar fault={settingsFault} retry={settings.refetch} />
      <DataTable
        label={t`Live calls`}
        list={calls}
        columns={[
          {
            title: t`From`,
            render: (call) => withNumber(nameOf(call.caller, call.caller_name), call.caller),
            value: (call) => withNumber(nameOf(call.caller, call.caller_name), call.caller),
          },
          {
            title: t`To`,
            render: (call) => withNumber(calleeOf(call), call.callee),
            value: (call) => withNumber(calleeOf(call), call.callee),
          },
          {
            title: t`State`,
            render: (call) => (
              <Badge variant="dot" color={states[call.state]?.colour}>
                {states[call.state]?.text ?? call.state}
              </Badge>
            ),
          },
          { title: t`Duration`, numeric: true, card: 'aside', render: (call) => formatDuration(secondsOf(call)) },
        ]}
        actions={(call) => (
          <Group gap="xs" wrap="nowrap">
            {mayListen && call.state === 'talking' && !call.room && (
              <>
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<IconHeadphones size={16} aria-hidden />}
                  aria-label={t`Listen in to the call from ${call.caller} to ${call.callee}`}
                  disabled={listen.isPending}
                  onClick={() => listen.mutate({ id: call.id, mode: 'listen' })}
                >
                  <Trans>Listen in</Trans>
                </Button>
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<IconEar size={16} aria-hidden />}
                  aria-label={t`Whisper in the call from ${call.caller} to ${call.callee}`}
                  disabled={listen.isPending}
                  onClick={() => listen.mutate({ id: call.id, mode: 'whisper' })}
                >
                  <Trans>Whisper</Trans>
                </Button>
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<IconUsersPlus size={16} aria-hidden />}
                  aria-label={t`Join the call from ${call.caller} to ${call.callee}`}
                  disabled={listen.isPending}
                  onClick={() => listen.mutate({ id: call.id, mode: 'join' })}
                >
                  <Trans>Join</Trans>
                </Button>
              </>
            )}
            <Button
              variant="default"
              size="xs"
              leftSection={<IconPhoneOff size={16} aria-hidden />}
              aria-label={t`End the call from ${call.caller} to ${call.callee}`}
              onClick={() => void confirmAndEnd(call)}
            >
              <Trans>End</Trans>
            </Button>
          </Group>
        )}
        empty={
          <EmptyState
            icon={IconPhoneCall}
            text={<Trans>No active calls. A call appears here while it rings and lasts.</Trans>}
          />
        }
      />
    </Page>
  );
}
