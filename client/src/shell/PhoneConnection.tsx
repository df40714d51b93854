import { Button, Group, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { session } from '~/api/session';
import { useValue } from '~/kernel/store';
import { phone } from '~/sip';
import { Banner, Connection } from './Connection';

/** Shorter than this a phone that is not connected is no news. Milliseconds. */
const UNREMARKED = 3_000;

/** What `Connection` says, and whether the telephone of this tab can be rung. */
export default function PhoneConnection() {
  const stale = useValue(session, (each) => each.state === 'in' && each.stale);
  const { line, elsewhere, problem } = useValue(phone.state);
  const away = useLasting(line === 'retrying' || line === 'connecting');
  if (stale) return <Connection />;
  if (elsewhere) {
    return (
      <Banner>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Text size="sm">
            {elsewhere === 'busy' ? (
              <Trans>Calls are in another window, where one is going on.</Trans>
            ) : (
              <Trans>Calls ring in another window of this browser.</Trans>
            )}
          </Text>
          <Button variant="default" size="compact-md" miw="max-content" onClick={() => void phone.takeOver()}>
            <Trans>Take over</Trans>
          </Button>
        </Group>
      </Banner>
    );
  }
  if (problem?.code === 'no_extension') {
    return (
      <Banner>
        <Trans>You have no telephone number yet. Ask your administrator for an extension.</Trans>
      </Banner>
    );
  }
  if (line === 'refused') {
    return (
      <Banner>
        <Trans>The PBX does not accept this phone. Calls cannot come in; sign out and in again.</Trans>
      </Banner>
    );
  }
  if (!away) return null;
  return (
    <Banner>
      <Trans>The phone is being connected. Calls cannot come in yet.</Trans>
    </Banner>
  );
}

/** Whether something has been so for a while. */
function useLasting(now: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!now) return setLasting(false);
    const timer = setTimeout(() => setLasting(true), UNREMARKED);
    return () => clearTimeout(timer);
  }, [now]);
  return lasting;
}
