import { Outlet } from '@tanstack/react-router';
import { useEffect } from 'react';
import { forgetDestination } from '~/core/destination';

/** All pages that need a session. */
export function Inside() {
  useEffect(forgetDestination, []);
  return <Outlet />;
}
