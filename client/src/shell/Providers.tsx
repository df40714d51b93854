import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { useLingui } from '@lingui/react/macro';
import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { theme, variables } from '~/design/theme';
import { asProblem } from '~/kernel/problem';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, fault) => asProblem(fault).offline && count < 3,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

/** What every page of both programs stands in. */
export function Providers({ children }: { children: ReactNode }) {
  return (
    <I18nProvider i18n={i18n}>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
        <QueryClientProvider client={queries}>
          <Asking>
            <Notifications position="top-center" />
            {children}
          </Asking>
        </QueryClientProvider>
      </MantineProvider>
    </I18nProvider>
  );
}

/** Dialogs, whose sign to close them has a name. */
function Asking({ children }: { children: ReactNode }) {
  const { t } = useLingui();
  return <ModalsProvider modalProps={{ closeButtonProps: { 'aria-label': t`Close` } }}>{children}</ModalsProvider>;
}
