import { Button, Group, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { phone } from '~/sip';
import { Banner, ConnectionBanner } from './ConnectionBanner';

/** A shorter interruption is not shown. Milliseconds. */
const GRACE_MS = 3_000;

/** `ConnectionBanner`, and whether this tab can receive calls. */
export default function PhoneConnectionBanner() {
  const stale = useValue(session, (each) => each.state === 'in' && each.stale);
  const { line, otherTab, problem } = useValue(phone.state);
  const disconnected = useSustained(line === 'retrying' || line === 'connecting');
  if (stale) return <ConnectionBanner phone />;
  if (otherTab) {
    return (
      <Banner>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Text size="sm">
            {otherTab === 'busy' ? (
              <Trans>A call is active in another window.</Trans>
            ) : (
              <Trans>Calls ring in another window.</Trans>
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
        <Trans>You have no extension yet. Contact your administrator.</Trans>
      </Banner>
    );
  }
  if (line === 'refused') {
    return (
      <Banner>
        <Trans>The phone system rejected this phone. You cannot receive calls. Sign out and sign in again.</Trans>
      </Banner>
    );
  }
  if (!disconnected) return null;
  return (
    <Banner>
      <Trans>Connecting… You cannot receive calls yet.</Trans>
    </Banner>
  );
}

/** Whether a condition has lasted for a while. */
function useSustained(active: boolean): boolean {
  const [sustained, setSustained] = useState(false);
  useEffect(() => {
    if (!active) return setSustained(false);
    const timer = setTimeout(() => setSustained(true), GRACE_MS);
    return () => clearTimeout(timer);
  }, [active]);
  return sustained;
}
