import { Alert } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { session } from '~/api/session';
import { useValue } from '~/core/store';

/** Shown while the data may be stale. `phone`: the program is one, and cannot be called meanwhile. */
export function ConnectionBanner({ phone = false }: { phone?: boolean }) {
  const stale = useValue(session, (each) => each.state === 'in' && each.stale);
  if (!stale) return null;
  return (
    <Banner>
      {phone ? (
        <Trans>No connection. You are seeing saved data and cannot receive calls.</Trans>
      ) : (
        <Trans>No connection. You are seeing saved data.</Trans>
      )}
    </Banner>
  );
}

export function Banner({ children }: { children: ReactNode }) {
  return (
    <Alert role="status" color="yellow" variant="light" radius={0} py="xs">
      {children}
    </Alert>
  );
}
