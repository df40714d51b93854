import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { createBrowserHistory, createRootRoute, createRouter, RouterContextProvider } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Drawer } from './Drawer';
import { eventually } from '../../test/eventually';

const confirmAction = vi.hoisted(() => vi.fn<(question: { title: string }) => Promise<boolean>>());
vi.mock('./Confirm', () => ({ confirmAction }));

const history = createBrowserHistory();
const router = createRouter({ routeTree: createRootRoute(), history });
let unmount: () => void;

beforeEach(() => {
  confirmAction.mockReset();
  history.push('/people');
});

afterEach(() => {
  unmount();
});

function show(content: ReactNode): void {
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place);
  unmount = () => {
    root.unmount();
    place.remove();
  };
  root.render(
    <RouterContextProvider router={router as never}>
      <I18nProvider i18n={i18n}>
        <MantineProvider env="test">{content}</MantineProvider>
      </I18nProvider>
    </RouterContextProvider>,
  );
}

/** Two drawers, one above the other. */
function Drawers({ content }: { content?: ReactNode }) {
  const [lower, setLower] = useState(true);
  const [upper, setUpper] = useState(true);
  return (
    <>
      <Drawer opened={lower} onClose={() => setLower(false)} title="Lower">
        {content}
      </Drawer>
      {lower && !content && <Drawer opened={upper} onClose={() => setUpper(false)} title="Upper" children={null} />}
    </>
  );
}

const titles = () => [...document.querySelectorAll('[role=dialog] h2')].map((each) => each.textContent);
const press = (key: string) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));

async function shown(...expected: string[]): Promise<void> {
  await eventually(() => expect([location.pathname, ...titles()]).toEqual(['/people', ...expected]));
}

it('Back closes what lies above the page, the newest first, and does not leave the page', async () => {
  show(<Drawers />);
  await shown('Lower', 'Upper');
  history.back();
  await shown('Lower');
  history.back();
  await shown();
});

it('Escape closes the newest only', async () => {
  show(<Drawers />);
  await shown('Lower', 'Upper');
  press('Escape');
  await shown('Lower');
});

const form = (
  <form>
    <input name="name" defaultValue="Ada" />
  </form>
);

async function enter(value: string): Promise<void> {
  await shown('Lower');
  const field = document.querySelector('input')!;
  field.dispatchEvent(new KeyboardEvent('keydown', { key: value, bubbles: true }));
  field.value = value;
}

it.each([
  ['stays open if the user keeps editing', false, ['Lower']],
  ['closes if the user discards the changes', true, []],
])('a form with input that is not saved %s', async (_, discards, expected) => {
  confirmAction.mockResolvedValue(discards);
  show(<Drawers content={form} />);
  await enter('Grace');
  press('Escape');
  await shown(...expected);
  expect(confirmAction).toHaveBeenCalledOnce();
});

it('a form without changes, or with saved ones, closes without a question', async () => {
  show(<Drawers content={form} />);
  await enter('Grace');
  document.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  press('Escape');
  await shown();
  expect(confirmAction).not.toHaveBeenCalled();
});

it('the browser asks before a page with input that is not saved is closed', async () => {
  show(<Drawers content={form} />);
  const leaving = () => {
    const event = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(leaving()).toBe(false);
  await enter('Grace');
  expect(leaving()).toBe(true);
});
