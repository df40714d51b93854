import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Drawer } from './Drawer';
import { ErrorNotice } from './Notice';
import { Problem } from '~/core/problem';
import { useErrorFocus, useFormErrors } from './forms';
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

/** A form whose values the server refuses at a field, or as a whole. */
function RefusedByServer({ field }: { field: string }) {
  const form = useForm({ initialValues: { name: '', keys: [] } });
  const [error, setError] = useState<Problem>();
  const { element, fault } = useFormErrors(form, error);
  return (
    <form ref={element}>
      <ErrorNotice fault={fault} />
      <TextInput name="name" {...form.getInputProps('name')} />
      {form.errors['keys'] && <p role="alert">{form.errors['keys']}</p>}
      <button type="button" onClick={() => setError(new Problem('invalid', 422, 'Refused.', '', field))} />
    </form>
  );
}

it.each([
  ['name', 'INPUT'],
  ['keys.3.number', 'P'],
  ['other', 'DIV'],
])('a refusal of the server is shown once, at the field %s', (field, focused) => {
  Element.prototype.scrollIntoView = () => undefined;
  show(<RefusedByServer field={field} />);
  act(() => document.querySelector('button')!.click());
  expect(document.body.textContent.match(/Refused/g)).toHaveLength(1);
  expect(document.activeElement!.tagName).toBe(focused);
  expect(document.querySelectorAll('[aria-invalid=true]')).toHaveLength(field === 'name' ? 1 : 0);
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
