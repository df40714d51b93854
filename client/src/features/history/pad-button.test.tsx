import { MantineProvider } from '@mantine/core';
import { I18nProvider } from '@lingui/react';
import { i18n } from '@lingui/core';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it, vi } from 'vitest';
import { PadButton } from './PadButton';

vi.mock('~/features/dial', () => ({ openDial: vi.fn() }));
vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);

/** The list is 2,000 pixels long, in a window of 800. */
const scrollTo = (scrollTop: number) => {
  for (const [name, value] of Object.entries({ scrollTop, clientHeight: 800, scrollHeight: 2_000 }))
    Object.defineProperty(document.documentElement, name, { value, configurable: true });
  act(() => void document.dispatchEvent(new Event('scroll')));
};

it('is out of the way of the rows below it, until the list has ended or is scrolled back', () => {
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  act(() =>
    root.render(
      <I18nProvider i18n={i18n}>
        <MantineProvider>
          <PadButton />
        </MantineProvider>
      </I18nProvider>,
    ),
  );
  const away = () => document.querySelector('button')!.hasAttribute('data-away');
  expect(away()).toBe(false);
  const states = [300, 700, 600, 1_000, 1_200].map((position) => {
    scrollTo(position);
    return away();
  });
  expect(states).toEqual([true, true, false, true, false]);
  act(() => root.unmount());
});
