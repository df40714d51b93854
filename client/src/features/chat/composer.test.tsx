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

const parts = vi.hoisted(() => ({ edit: vi.fn() }));
const state = createStore<{ threads: Record<string, { messages: ChatMessage[] }> }>({ threads: {} });
vi.mock('./chats', async () => {
  const { createStore } = await import('~/core/store');
  const drafts = { texts: createStore({}), open: async () => undefined };
  return {
    chats: {
      get state() {
        return state;
      },
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
