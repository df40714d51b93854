import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { expect, it, vi } from 'vitest';
import { DecisionSwitch } from './DecisionSwitch';
import { eventually } from '../../../test/eventually';

it('sends one decision after the other', async () => {
  const answers: (() => void)[] = [];
  const decide = vi.fn((_: boolean) => new Promise<void>((resolve) => answers.push(resolve)));
  const place = document.body.appendChild(document.createElement('div'));
  createRoot(place).render(
    <QueryClientProvider client={new QueryClient()}>
      <I18nProvider i18n={i18n}>
        <MantineProvider env="test">
          <DecisionSwitch title="Marketing" effect="Advertising" checked={false} decide={decide} />
        </MantineProvider>
      </I18nProvider>
    </QueryClientProvider>,
  );
  const input = () => place.querySelector<HTMLInputElement>('input')!;
  await eventually(() => expect(input()).not.toBeNull());
  input().click();
  await eventually(() => expect(input().checked).toBe(true));
  input().click();
  await eventually(() => expect(input().checked).toBe(false));
  expect(decide.mock.calls).toEqual([[true, expect.anything()]]);
  answers[0]!();
  await eventually(() => expect(decide.mock.calls.map(([given]) => given)).toEqual([true, false]));
});
