import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useValue } from '~/kernel/store';
import type { Entry } from './entry';

/** Once somebody is in, to the first screen of the program. */
export function useOnward(entry: Entry): void {
  const navigate = useNavigate();
  const inside = useValue(entry.state, (each) => each.step === 'in');
  useEffect(() => {
    if (inside) void navigate({ to: '/', replace: true });
  }, [inside, navigate]);
}
