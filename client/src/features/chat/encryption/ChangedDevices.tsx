import { Trans } from '@lingui/react/macro';
import type { Conversation } from '~/api';
import { InfoNotice } from '~/design/Notice';
import { useSafety } from './verification';

/** Names the members whose devices are no longer those with which the safety number was compared. */
export function ChangedDevices({ conversation }: { conversation: Conversation }) {
  const changed = useSafety(conversation, true).filter(({ state }) => state === 'changed' || state === 'mismatch');
  if (changed.length === 0) return null;
  const names = changed.map(({ member }) => member.name).join(', ');
  return (
    <InfoNotice>
      <Trans>
        Not verified: {names}. Devices have changed, or the safety number differs. Compare it in the details.
      </Trans>
    </InfoNotice>
  );
}
