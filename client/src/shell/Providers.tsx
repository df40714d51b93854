import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { MutationCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Suspense, useEffect, type ReactNode } from 'react';
import { repeatFirstLoads } from '~/api/reload-queries';
import { session } from '~/api/session';
import { keepFocusInDialogs, leaveMenus, leaveRemoved, restoreFocusOfDisabled } from '~/design/focus';
import { theme, variables } from '~/design/theme';
import { asProblem } from '~/core/problem';
import { useValue } from '~/core/store';

export const queries: QueryClient = new QueryClient({
  mutationCache: new MutationCache({ onSettled: () => repeatFirstLoads(queries) }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, fault) => asProblem(fault).offline && count < 3,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

interface ProvidersProps {
  /** Dialogs and notifications, loaded after sign-in only. */
  overlays: ReactNode;
  children: ReactNode;
}

/** Context providers of both programs. */
export function Providers({ overlays, children }: ProvidersProps) {
  useEffect(restoreFocusOfDisabled, []);
  useEffect(keepFocusInDialogs, []);
  useEffect(leaveMenus, []);
  useEffect(leaveRemoved, []);
  // No dialogs before sign-in, so the sign-in screen loads faster.
  const signedIn = useValue(session, (each) => each.state === 'in');
  return (
    <I18nProvider i18n={i18n}>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
        <QueryClientProvider client={queries}>
          {children}
          {signedIn && <Suspense>{overlays}</Suspense>}
        </QueryClientProvider>
      </MantineProvider>
    </I18nProvider>
  );
}
