import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Trunk, type TrunkTest } from '~/api';
import { ErrorNotice } from '~/design/Notice';
import { FINDINGS, STATES } from './texts';

/** Asks the carrier of a saved trunk, and says what to do. */
export function TestTrunk({ trunk, tenant }: { trunk: Trunk; tenant?: string }) {
  const client = useQueryClient();
  const test = useMutation({
    mutationFn: async () => (await api.tryTrunk({ path: { trunk: trunk.id }, query: { tenant } })).data,
    onSettled: () => client.invalidateQueries({ queryKey: ['trunks'] }),
  });
  return (
    <Stack gap="xs" align="flex-start">
      <Button variant="default" size="md" loading={test.isPending} onClick={() => test.mutate()}>
        <Trans>Test</Trans>
      </Button>
      <ErrorNotice fault={test.error} />
      <div role="status">{test.data && !test.isPending && <Result found={test.data} />}</div>
    </Stack>
  );
}

function Result({ found }: { found: TrunkTest }) {
  const { t, i18n } = useLingui();
  const { state, reason, status, round_trip_ms, server } = found;
  const works = state === 'registered' || state === 'reachable';
  const name = i18n._(STATES[state].text);
  const milliseconds = round_trip_ms === null ? '' : i18n.number(round_trip_ms);
  return (
    <Alert
      color={works ? 'teal' : 'red'}
      variant="light"
      icon={works ? <IconCircleCheck aria-hidden /> : <IconAlertTriangle aria-hidden />}
      title={status === null ? name : t`${name} (SIP ${status})`}
    >
      <Text size="sm">{i18n._(FINDINGS[reason])}</Text>
      {milliseconds && (
        <Text size="sm">
          <Trans>
            <bdi className="tabular">{server}</bdi> has answered after {milliseconds} ms.
          </Trans>
        </Text>
      )}
    </Alert>
  );
}
