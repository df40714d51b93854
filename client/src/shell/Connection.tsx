import { Alert } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { session } from '~/api/session';
import { useValue } from '~/kernel/store';

/** Says so while what is shown may be old, or calls cannot come in. Silence means that all is well. */
export function Connection() {
  const stale = useValue(session, (each) => each.state === 'in' && each.stale);
  if (!stale) return null;
  return (
    <Alert role="status" color="yellow" variant="light" radius={0} py="xs">
      <Trans>No connection. You see what was here last; calls cannot come in.</Trans>
    </Alert>
  );
}
