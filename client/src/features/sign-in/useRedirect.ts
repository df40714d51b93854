import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { session } from '~/api/session';
import { destination } from '~/core/destination';
import { useValue } from '~/core/store';
import type { SignInFlow } from './sign-in-flow';

/** Navigate to the start screen, or the link that was opened, once signed in. */
export function useRedirectAfterSignIn(flow: SignInFlow): void {
  useRedirectWhen(useValue(flow.state, (each) => each.step === 'in'));
}

/** Navigate away if already signed in. */
export function useRedirectIfSignedIn(): void {
  useRedirectWhen(useValue(session, (each) => each.state === 'in'));
}

function useRedirectWhen(condition: boolean): void {
  const navigate = useNavigate();
  useEffect(() => {
    if (condition) void navigate({ href: destination(), replace: true });
  }, [condition, navigate]);
}
