import { MantineProvider } from '@mantine/core';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ChatMessage, Conversation } from '~/api';
import { createStore } from '~/core/store';
import { Composer } from './Composer';
import { setTarget } from './targets';
import { eventually } from '../../../test/eventually';

const parts = vi.hoisted(() => ({
  edit: vi.fn(),
  loadUntil: vi.fn(),
  stored: new Map<string, unknown>(),
  read: [] as string[],
}));
vi.mock('~/core/device-storage', async (original) => ({
  ...(await original<object>()),
  currentOwner: () => 1,
  readLocal: async (key: string) => {
    parts.read.push(key);
    return structuredClone(parts.stored.get(key));
  },
  saveLocal: async (_: number, key: string, value: unknown) => void parts.stored.set(key, structuredClone(value)),
  removeLocal: async (key: string) => void parts.stored.delete(key),
}));
const state = createStore<{ threads: Record<string, { messages: ChatMessage[]; loading?: boolean }> }>({ threads: {} });
vi.mock('./chats', async () => {
  const { createStore } = await import('~/core/store');
  const drafts = { texts: createStore({}), open: async () => undefined };
  return {
    chats: {
      get state() {
        return state;
      },
      loadUntil: parts.loadUntil,
    },
    drafts,
    editMessage: parts.edit,
  };
});

const message = { id: 'm1', state: 'sent', text: 'Hello', expires: null, attachments: [] } as unknown as ChatMessage;
const conversation = { id: 'c', kind: 'direct', members: [], encrypted: false } as unknown as Conversation;

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  Object.assign(document, { fonts: new EventTarget() });
  i18n.loadAndActivate({ locale: 'en', messages: {} });
});

afterEach(() => {
  state.setState(() => ({ threads: {} }));
  document.body.replaceChildren();
});

/** Open the conversation; returns its field and a function to leave it. */
function open(one = conversation) {
  const page = document.body.appendChild(document.createElement('div'));
  const root = createRoot(page);
  act(() =>
    root.render(
      <I18nProvider i18n={i18n}>
        <MantineProvider env="test">
          <Composer conversation={one} title="Ada" />
        </MantineProvider>
      </I18nProvider>,
    ),
  );
  const field = page.querySelector('textarea')!;
  return { page, field, leave: () => act(() => root.unmount()) };
}

function type(field: HTMLTextAreaElement, text: string): void {
  act(() => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')!.set!.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

it('a changed text and a chosen reply wait in their conversation, as long as there is the message', async () => {
  let shown = open();
  act(() => setTarget('c', { kind: 'edit', message }));
  type(shown.field, 'Hello again');
  shown.leave();
  shown = open({ ...conversation, id: 'other' });
  expect(shown.field.value).toBe('');
  shown.leave();
  shown = open();
  expect(shown.field.value).toBe('Hello again');
  await act(async () => shown.page.querySelector('form')!.requestSubmit());
  expect(parts.edit).toHaveBeenCalledExactlyOnceWith(conversation, message, { text: 'Hello again', mentions: [] });
  expect(shown.field.value).toBe('');

  act(() => setTarget('c', { kind: 'reply', message }));
  shown.leave();
  shown = open();
  expect(shown.page.textContent).toContain('Reply to: Hello');
  act(() => state.setState(() => ({ threads: { c: { messages: [{ ...message, state: 'deleted', text: null }] } } })));
  expect(shown.page.textContent).not.toContain('Reply to:');
  shown.leave();
});

it('the next page shows what was chosen, once its message is loaded', async () => {
  const [one, another] = ['before', 'after'].map((id) => ({ ...conversation, id }));
  let shown = open(one);
  act(() => setTarget('before', { kind: 'edit', message }));
  type(shown.field, 'Hello again');
  shown.leave();
  expect(parts.stored.get('target.before')).toEqual({ kind: 'edit', id: 'm1', text: 'Hello again' });

  parts.stored.set('target.after', parts.stored.get('target.before'));
  state.setState(() => ({ threads: { after: { messages: [], loading: true } } }));
  shown = open(another);
  await eventually(() => expect(parts.read).toContain('target.after'));
  expect([shown.field.value, parts.loadUntil.mock.calls]).toEqual(['', []]);
  act(() => state.setState(() => ({ threads: { after: { messages: [], loading: false } } })));
  expect(parts.loadUntil).toHaveBeenCalledExactlyOnceWith('after', 'm1');
  act(() => state.setState(() => ({ threads: { after: { messages: [message], loading: false } } })));
  expect(shown.field.value).toBe('Hello again');
  act(() =>
    state.setState(() => ({
      threads: { after: { messages: [{ ...message, state: 'deleted' as const, text: null }] } },
    })),
  );
  expect(shown.field.value).toBe('');
  expect(parts.stored.has('target.after')).toBe(false);
  shown.leave();
});

it('the text of a disappearing message is not stored', () => {
  const expires = new Date(Date.now() + 60_000).toISOString();
  const shown = open();
  act(() => setTarget('c', { kind: 'edit', message: { ...message, expires } }));
  type(shown.field, 'Hello again');
  expect(shown.field.value).toBe('Hello again');
  expect(parts.stored.get('target.c')).toEqual({ kind: 'edit', id: 'm1', text: undefined });
  shown.leave();
});
