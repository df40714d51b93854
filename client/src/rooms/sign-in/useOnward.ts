import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { session } from '~/api/session';
import { useValue } from '~/kernel/store';
import type { Entry } from './entry';

/** Once somebody is in, to the first screen of the program. */
export function useOnward(entry: Entry): void {
  useGoIn(useValue(entry.state, (each) => each.step === 'in'));
}

/** Who is in already has nothing to do at the sign-in. */
export function useAlreadyIn(): void {
  useGoIn(useValue(session, (each) => each.state === 'in'));
}

function useGoIn(inside: boolean): void {
  const navigate = useNavigate();
  useEffect(() => {
    if (inside) void navigate({ to: '/', replace: true });
  }, [inside, navigate]);
}
