import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Drawer } from './Drawer';
import { useErrorFocus } from './forms';
import { eventually } from '../../test/eventually';

let unmount: () => void;

beforeEach(() => vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true));

afterEach(() => {
  act(unmount);
  vi.unstubAllGlobals();
});

function show(content: ReactNode): void {
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place);
  unmount = () => {
    root.unmount();
    place.remove();
  };
  act(() =>
    root.render(
      <I18nProvider i18n={i18n}>
        <QueryClientProvider client={new QueryClient()}>
          <MantineProvider env="test">{content}</MantineProvider>
        </QueryClientProvider>
      </I18nProvider>,
    ),
  );
}

/** A form that is refused: at its second field, or as a whole. */
function Refused({ atField }: { atField: boolean }) {
  const { form, fail } = useErrorFocus();
  const [refused, setRefused] = useState(false);
  const refuse = () => {
    setRefused(true);
    fail();
  };
  return (
    <form ref={form}>
      {refused && !atField && <p role="alert">Refused</p>}
      <input name="first" />
      <input name="second" aria-invalid={refused && atField} />
      <button type="button" disabled={refused} onClick={refuse} />
    </form>
  );
}

it.each([
  ['its field', true, 'second'],
  ['the notice, if it concerns no field', false, 'Refused'],
])('a refusal moves the focus to %s', (_, atField, expected) => {
  Element.prototype.scrollIntoView = () => undefined;
  show(<Refused atField={atField} />);
  act(() => document.querySelector('button')!.click());
  const focused = document.activeElement as HTMLInputElement;
  expect(focused.name ?? focused.textContent).toBe(expected);
});

it('a form in a drawer begins in its first field, not on the cross', async () => {
  show(
    <Drawer opened title="New" onClose={() => undefined}>
      <form>
        <input name="first" />
        <input name="second" />
      </form>
    </Drawer>,
  );
  await eventually(() => expect((document.activeElement as HTMLInputElement).name).toBe('first'));
});
