import { Alert, SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type SipLogin } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { CopyRows } from './CopyRows';

/** Everything that a SIP phone asks for, each with a button that copies it. */
export function PhoneLogin({ login, tenant }: { login: SipLogin; tenant?: string }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: ['phone-connection', tenant],
    queryFn: async () => (await api.showPhoneConnection({ query: { tenant } })).data,
  });
  const [chosen, setChosen] = useState<string>();
  const server = data?.servers.find(({ transport }) => transport === chosen) ?? data?.servers[0];
  const number = /^sip:([^@]+)@/.exec(login.uri)?.[1] ?? login.username;
  const rows: [string, string][] = [
    ...(server
      ? ([
          [t`Server`, server.host],
          [t`Port`, String(server.port)],
        ] as [string, string][])
      : []),
    [t`Domain`, login.domain],
    [t`Number`, number],
    [t`User name`, login.username],
    [t`Password`, login.password],
  ];
  return (
    <Stack gap="sm">
      <ErrorBar fault={error} retry={refetch} />
      {data && data.servers.length > 1 && (
        <SegmentedControl
          aria-label={t`Transport`}
          value={server?.transport}
          onChange={setChosen}
          data={[...new Set(data.servers.map((each) => each.transport))].map((value) => ({
            value,
            label: value.toUpperCase(),
          }))}
        />
      )}
      <CopyRows rows={rows} />
      {server?.local_only && (
        <Alert color="yellow" variant="light">
          <Trans>This server listens on its own machine only. Other phones cannot reach it yet.</Trans>
        </Alert>
      )}
      <Text size="sm" c="dimmed">
        <Trans>
          The user name is also called authentication name. The password is shown only now: enter it in the phone or
          store it in a safe place.
        </Trans>
      </Text>
    </Stack>
  );
}
