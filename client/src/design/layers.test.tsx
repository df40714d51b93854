import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createBrowserHistory, createRootRoute, createRouter, RouterContextProvider } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeDialogs, markDialogsMounted, openDialog } from './dialogs';
import { Dialogs } from './Dialogs';
import { Drawer } from './Drawer';
import { Page } from './Page';
import { mayLeavePage } from './unsaved-input';
import { eventually } from '../../test/eventually';

const confirmAction = vi.hoisted(() => vi.fn<(question: { title: string }) => Promise<boolean>>());
vi.mock('./Confirm', () => ({ confirmAction }));

const history = createBrowserHistory();
const router = createRouter({ routeTree: createRootRoute(), history });
let unmount: () => void;
let markUnmounted: () => void;

beforeEach(() => {
  markUnmounted = markDialogsMounted();
  confirmAction.mockReset();
  history.push('/people');
});

afterEach(() => {
  vi.unstubAllGlobals();
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
        <QueryClientProvider client={new QueryClient()}>
          <MantineProvider env="test">{content}</MantineProvider>
        </QueryClientProvider>
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
  type(value);
}

function type(value: string, field = document.querySelector('input')!): void {
  field.dispatchEvent(new KeyboardEvent('keydown', { key: value, bubbles: true }));
  field.value = value;
}

const submit = () =>
  document.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));

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
  submit();
  press('Escape');
  await shown();
  expect(confirmAction).not.toHaveBeenCalled();
});

it('a link in a drawer asks before its input is lost', async () => {
  show(<Drawers content={form} />);
  await enter('Grace');
  await eventually(() => expect(leaving()).toBe(true));
  confirmAction.mockResolvedValueOnce(false).mockResolvedValueOnce(true);
  history.push('/other');
  await eventually(() => expect(confirmAction).toHaveBeenCalledOnce());
  await shown('Lower');
  history.push('/other');
  await eventually(() => expect(location.pathname).toBe('/other'));
  expect(confirmAction).toHaveBeenCalledTimes(2);
});

function leaving(): boolean {
  const event = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
}

it('the browser asks before a page with input that is not saved is closed', async () => {
  show(<Drawers content={form} />);
  expect(leaving()).toBe(false);
  await enter('Grace');
  await eventually(() => expect(leaving()).toBe(true));
});

it('a form that was saved and emptied has nothing to lose, until it is filled again', async () => {
  show(<Drawers content={form} />);
  await enter('Grace');
  submit();
  document.querySelector('input')!.value = '';
  expect(leaving()).toBe(false);
  type('Ada');
  expect(leaving()).toBe(true);
});

it('a dialog with input that is not saved asks before it is closed', async () => {
  show(<Dialogs />);
  openDialog({ title: 'Dialog', children: form });
  await shown('Dialog');
  type('Grace');
  confirmAction.mockResolvedValueOnce(false);
  press('Escape');
  await eventually(() => expect(confirmAction).toHaveBeenCalledOnce());
  await shown('Dialog');
  expect(document.querySelector('input')!.value).toBe('Grace');
  confirmAction.mockResolvedValueOnce(true);
  history.back();
  await shown();
  openDialog({ title: 'Dialog', children: form });
  await shown('Dialog');
  closeDialogs();
  await shown();
  expect(confirmAction).toHaveBeenCalledTimes(2);
});

it('the browser asks before input is lost while dialogs cannot be shown', async () => {
  const asked = vi.fn<() => boolean>();
  vi.stubGlobal('confirm', asked.mockReturnValueOnce(false).mockReturnValueOnce(true));
  markUnmounted();
  show(<Drawers content={form} />);
  await enter('Grace');
  press('Escape');
  expect(asked).toHaveBeenCalledOnce();
  await shown('Lower');
  press('Escape');
  await shown();
  expect(confirmAction).not.toHaveBeenCalled();
});

describe('a page with a form', () => {
  const leave = {
    'another page': () => history.push('/other'),
    'another tab': () => history.replace('/people?tab=other'),
    Back: () => history.back(),
  };
  const path = () => location.pathname + location.search;
  const steps = Object.entries(leave);

  async function open(content: ReactNode): Promise<void> {
    history.push('/people');
    history.flush();
    show(<Page title="Page">{content}</Page>);
    await eventually(() => expect(document.querySelector('input')).not.toBeNull());
  }

  beforeEach(() => history.push('/before'));

  it.each(steps)('asks before its input is lost to %s', async (_, step) => {
    await open(form);
    type('Grace');
    await eventually(() => expect(leaving()).toBe(true));
    let answers = 0;
    const answer = async (discards: boolean) => {
      await eventually(() => expect(path()).toBe('/people'));
      answers += 1;
      return discards;
    };
    confirmAction.mockImplementationOnce(() => answer(false)).mockImplementationOnce(() => answer(true));
    step();
    await eventually(() => expect(answers).toBe(1));
    expect(path()).toBe('/people');
    step();
    await eventually(() => expect(path()).not.toBe('/people'));
    expect(confirmAction).toHaveBeenCalledTimes(2);
  });

  it('asks before its input is lost without a navigation', async () => {
    await open(form);
    expect(await mayLeavePage()).toBe(true);
    type('Grace');
    confirmAction.mockResolvedValueOnce(false);
    await eventually(async () => expect(await mayLeavePage()).toBe(false));
  });

  it('asks before the loss of what has no field, such as a recording', async () => {
    await open(form);
    type('Ada');
    expect(leaving()).toBe(false);
    const recording = document.querySelector('form')!.parentElement!.appendChild(document.createElement('form'));
    recording.setAttribute('data-unsaved', '');
    await eventually(() => expect(leaving()).toBe(true));
  });

  it('asks again after a question that failed', async () => {
    await open(form);
    type('Grace');
    await eventually(() => expect(leaving()).toBe(true));
    confirmAction.mockRejectedValueOnce(new Error('No question.')).mockResolvedValueOnce(true);
    await expect(mayLeavePage()).rejects.toThrow('No question.');
    expect(await mayLeavePage()).toBe(true);
  });

  it('asks for each of two pages beside each other', async () => {
    await open(
      <>
        {form}
        <Page title="Beside">{form}</Page>
      </>,
    );
    const [one, other] = document.querySelectorAll('input');
    [one, other].forEach((field) => field && type('Grace', field));
    confirmAction.mockResolvedValueOnce(true).mockResolvedValueOnce(false);
    await eventually(() => expect(leaving()).toBe(true));
    history.push('/other');
    await eventually(() => expect(confirmAction).toHaveBeenCalledTimes(2));
    expect(path()).toBe('/people');
  });

  it('does not ask without changes, or for what is not saved anyway', async () => {
    await open(<form data-transient>{form.props.children}</form>);
    type('Grace');
    expect(leaving()).toBe(false);
    history.push('/other');
    await eventually(() => expect(path()).toBe('/other'));
    expect(confirmAction).not.toHaveBeenCalled();
  });

  it('has the browser ask before it is closed, and lets Back close a drawer above it', async () => {
    await open(
      <>
        {form}
        <Drawers content="Nothing" />
      </>,
    );
    expect(leaving()).toBe(false);
    type('Grace');
    await eventually(() => expect(leaving()).toBe(true));
    history.back();
    await shown();
    expect(confirmAction).not.toHaveBeenCalled();
  });
});
