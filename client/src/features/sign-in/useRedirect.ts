import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import type { SignInFlow } from './sign-in-flow';

/** Navigate to the start page once signed in; that of the app leads to the link that was opened. */
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
    if (condition) void navigate({ to: '/', replace: true });
  }, [condition, navigate]);
}
