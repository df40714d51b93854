import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Conversation } from '~/api';
import { product } from '~/core/brand';
import { useValue } from '~/core/store';
import { InfoNotice } from '~/design/Notice';
import { outbox } from '../chats';
import { tend } from './messages';
import { waitingDevices } from './waiting';

/** On a device that is not in an encrypted conversation yet: which step is missing, and how to take it. */
export function WaitingDevice({ conversation: { id } }: { conversation: Conversation }) {
  const { t } = useLingui();
  const waits = useValue(waitingDevices, (all) => all.has(id));
  const [busy, setBusy] = useState(false);
  if (!waits) return null;
  const check = async () => {
    setBusy(true);
    await tend(id);
    await outbox.flush();
    setBusy(false);
  };
  return (
    <InfoNotice title={t`This device is not in the conversation yet`}>
      <Trans>
        A device that is in it has to add this one, which it does by itself as soon as it is online. Open {product} on
        your other device, or ask another member to open it. Messages that you write here are sent then.
      </Trans>{' '}
      <Button size="compact-md" variant="default" loading={busy} onClick={() => void check()}>
        <Trans>Check again</Trans>
      </Button>
    </InfoNotice>
  );
}
