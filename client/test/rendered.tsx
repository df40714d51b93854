import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, onTestFinished } from 'vitest';
import { eventually } from './eventually';

/** Show an element until the test ends, within what each page has around it. Returns the element that contains it. */
export function rendered(element: ReactElement, queries = new QueryClient()): HTMLElement {
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place);
  onTestFinished(() => {
    root.unmount();
    place.remove();
  });
  root.render(
    <QueryClientProvider client={queries}>
      <I18nProvider i18n={i18n}>
        <MantineProvider env="test">{element}</MantineProvider>
      </I18nProvider>
    </QueryClientProvider>,
  );
  return place;
}

/** Click the first element with this selector in the document, once there is one. */
export const click = (selector: string) =>
  eventually(() => {
    const found = document.querySelector<HTMLElement>(selector);
    expect(found).not.toBeNull();
    found!.click();
  });

/** Type a text into a field, which replaces what it has. */
export function fill(field: HTMLInputElement, text: string): void {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(field, text);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
