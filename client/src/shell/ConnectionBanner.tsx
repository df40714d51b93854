import { Alert } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { useLayoutEffect, useRef, type ReactNode } from 'react';
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

/** Its height is the variable `--banner` while it is shown. */
export function Banner({ children }: { children: ReactNode }) {
  const banner = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!banner.current) return undefined;
    const { style } = document.documentElement;
    const size = new ResizeObserver(([entry]) => {
      style.setProperty('--banner', `${entry!.target.getBoundingClientRect().height}px`);
    });
    size.observe(banner.current);
    return () => {
      size.disconnect();
      style.removeProperty('--banner');
    };
  }, []);
  return (
    <Alert ref={banner} className="banner" role="status" color="yellow" variant="light" radius={0} py="xs">
      {children}
    </Alert>
  );
}
