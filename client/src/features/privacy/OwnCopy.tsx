import { Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { api } from '~/api';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { AccessCopy } from '~/features/access-copies';

/** The copy of the user's own data. */
export function OwnCopy() {
  const id = useValue(session, (each) => (each.state === 'in' ? each.me.person?.id : undefined));
  return (
    <>
      <Text size="sm">
        <Trans>
          One file with all that is stored about you: calls, messages, recordings, settings, consents. Other people
          appear in it only where they took part.
        </Trans>
      </Text>
      <AccessCopy personId={id} request={async () => (await api.requestOwnAccessCopy()).data} />
    </>
  );
}
