import { Button, Center, Image, Stack, Text } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { api, type Person } from '~/api';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { formatDuration } from '~/design/dates';

/** A single-use sign-in code for a person, with its current state. */
export function PersonCode({ person }: { person: Pick<Person, 'id' | 'tenant_id'> }) {
  const { t } = useLingui();
  const make = useMutation({
    mutationFn: async () =>
      (await api.createSignInCode({ query: { tenant: person.tenant_id }, body: { person_id: person.id } })).data,
  });
  const { mutate } = make;
  useEffect(() => mutate(), [mutate]);
  const code = make.data;
  const state = useQuery({
    queryKey: ['sign-in-code', code?.id],
    queryFn: async () => (await api.showSignInCode({ path: { code_id: code!.id } })).data,
    enabled: Boolean(code),
    refetchInterval: 1000,
  }).data;
  const [now, setNow] = useState(Date.now);
  useInterval(() => setNow(Date.now()), 500, { autoInvoke: true });
  if (make.error) return <ErrorNotice fault={make.error} />;
  if (!code) return null;
  const secondsLeft = (Date.parse(code.expires) - now) / 1000;
  if (state?.state === 'used')
    return (
      <InfoNotice title={t`Signed in`}>
        <Trans>{state.device_name || t`A device`} used the code.</Trans>
        {state.tried_again && <Trans> Another device tried the same code and was rejected.</Trans>}
      </InfoNotice>
    );
  if (secondsLeft <= 0)
    return (
      <Stack>
        <InfoNotice title={t`Code expired`}>
          <Trans>Codes are valid for two minutes.</Trans>
        </InfoNotice>
        <Button onClick={() => make.mutate()}>
          <Trans>Show new code</Trans>
        </Button>
      </Stack>
    );
  return (
    <Stack align="center">
      <Text size="sm" ta="center">
        <Trans>Scan the code with the phone’s camera or in the app. It signs in one device.</Trans>
      </Text>
      <Center bg="white" p="md" style={{ borderRadius: 'var(--mantine-radius-md)' }}>
        <Image w={220} h={220} src={`data:image/svg+xml;utf8,${encodeURIComponent(code.svg)}`} alt={t`Sign-in code`} />
      </Center>
      <Text size="sm" c="dimmed" role="timer">
        <Trans>Valid for {formatDuration(secondsLeft)}</Trans>
      </Text>
    </Stack>
  );
}
