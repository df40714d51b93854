import { MantineProvider } from '@mantine/core';
import { I18nProvider } from '@lingui/react';
import { i18n } from '@lingui/core';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatMessage, Conversation } from '~/api';
import { createStore } from '~/core/store';
import { Problem } from '~/core/problem';
import { MessageThread } from './MessageThread';
import type { Thread } from './model';

const openThread = vi.hoisted(() => vi.fn());
vi.mock('./chats', () => ({
  chats: { markRead: async () => undefined, openThread },
  outbox: { waiting: createStore([]) },
}));

const message = (seq: number, change: Partial<ChatMessage> = {}) =>
  ({
    id: `m${seq}`,
    conversation_id: 'c',
    seq,
    revision: seq,
    client_id: `client-${seq}`,
    person_id: 'ada',
    state: 'sent',
    created: '2026-01-05T09:00:00Z',
    edited: null,
    expires: null,
    format: 'text',
    reply_to: null,
    text: 'Hello **you**',
    mentions: [],
    reactions: [],
    attachments: [],
    ...change,
  }) as ChatMessage;

const conversation = {
  id: 'c',
  kind: 'direct',
  members: [
    { person_id: 'ada', name: 'Ada', own: false, read_seq: 3, delivered_seq: 3 },
    { person_id: 'ben', name: 'Ben', own: true, read_seq: 3, delivered_seq: 3 },
  ],
} as Conversation;

/** Position and size of the thread, as the test says. */
class FakeObserver {
  static reports: ((entries: unknown[]) => void)[] = [];
  static observed: Element[] = [];
  disconnect = () => undefined;

  constructor(report: (entries: unknown[]) => void) {
    FakeObserver.reports.push(report);
  }

  observe = (element: Element) => void FakeObserver.observed.push(element);
}
const scrolled = vi.fn();

describe('the messages of a conversation', () => {
  let root: Root;
  let page: HTMLElement;

  beforeEach(() => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
    scrolled.mockReset();
    // As in newer browsers, which return a promise.
    Element.prototype.scrollIntoView = () => Promise.resolve(scrolled()) as unknown as undefined;
    vi.stubGlobal('IntersectionObserver', FakeObserver);
    vi.stubGlobal('ResizeObserver', FakeObserver);
    i18n.loadAndActivate({ locale: 'en', messages: {} });
    page = document.body.appendChild(document.createElement('div'));
    root = createRoot(page);
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    act(() => root.unmount());
    page.remove();
  });

  const show = (...messages: ChatMessage[]) => showThread({ messages });

  function showThread(thread: Partial<Thread>): string[] {
    act(() =>
      root.render(
        <I18nProvider i18n={i18n}>
          <MantineProvider>
            <MessageThread
              conversation={conversation}
              thread={{ messages: [], cursor: null, loading: false, ...thread }}
              onTarget={() => undefined}
            />
          </MantineProvider>
        </I18nProvider>,
      ),
    );
    return [...page.querySelectorAll('p')].map((each) => each.innerHTML);
  }

  it('have formatting, and no HTML of their author', () => {
    expect(show(message(1), message(2, { text: '<img src=x>' }))).toEqual([
      'Hello <strong>you</strong>',
      '&lt;img src=x&gt;',
    ]);
  });

  it('appear as they arrive', () => {
    expect(show()).toEqual(['No messages yet.']);
    expect(show(message(1))).toEqual(['Hello <strong>you</strong>']);
    expect(show(message(1), message(2))).toHaveLength(2);
  });

  it('are read as they arrive, but own ones, older ones and those already there are not', () => {
    const read = () => page.querySelector('[aria-live=polite]')!.textContent;
    showThread({ messages: [message(5)], loading: true });
    show(message(5));
    expect(page.querySelector('[role=log]')!.getAttribute('aria-live')).toBe('off');
    show(message(5), message(6, { person_id: 'ben' }));
    show(message(4), message(5), message(6, { person_id: 'ben' }));
    expect(read()).toBe('');
    show(message(6, { person_id: 'ben' }), message(7, { text: 'Yes' }));
    expect(read()).toBe('Ada: Yes');
    show(message(7, { text: 'Changed' }));
    expect(read()).toBe('Ada: Yes');
  });

  it('are read once they can be decrypted', () => {
    const read = () => page.querySelector('[aria-live=polite]')!.textContent;
    const sealed = (seq: number) => message(seq, { text: null, encrypted: { round: 1, body: '' } });
    show(sealed(1));
    show(sealed(1), sealed(2), message(3, { text: 'Yes' }));
    expect(read()).toBe('Ada: Yes');
    show(message(1), message(2, { text: 'No' }), message(3, { text: 'Yes' }));
    expect(read()).toBe('Ada: No');
  });

  it('are read again as another one arrives with the same text', () => {
    const region = () => page.querySelector('[aria-live=polite]')!;
    show(message(1));
    show(message(1), message(2, { text: 'ok' }));
    const first = region().firstChild;
    expect(first!.textContent).toBe('Ada: ok');
    show(message(1), message(2, { text: 'ok' }), message(3, { text: 'ok' }));
    expect(region().textContent).toBe('Ada: ok');
    expect(region().firstChild).not.toBe(first);
  });

  it('are not said to be none before they are known', () => {
    expect(showThread({ loading: true })).toEqual([]);
    expect(page.querySelector('[role=status]')).not.toBeNull();
    showThread({ fault: new Problem('unavailable', 503, '') });
    expect(page.textContent).not.toContain('No messages yet.');
    act(() => page.querySelector<HTMLElement>('[role=alert] button')!.click());
    expect(openThread).toHaveBeenCalledExactlyOnceWith('c');
  });

  it('do not move while older ones are read, and a button leads to the newest', () => {
    FakeObserver.reports = [];
    show(message(1));
    const [position, size] = FakeObserver.reports;
    const frame = (isIntersecting: boolean) => act(() => (size!([]), position!([{ isIntersecting }])));
    const button = () => page.querySelector('button[class*=toEnd]');
    frame(true);
    expect([scrolled.mock.calls.length, button()]).toEqual([2, null]); // as it opens, and as it grows
    frame(false);
    scrolled.mockReset();
    show(message(1), message(2));
    frame(false);
    expect(scrolled).not.toHaveBeenCalled();
    act(() => button()!.dispatchEvent(new MouseEvent('click', { bubbles: true })));
    expect(scrolled).toHaveBeenCalledOnce();
    frame(true);
    expect(button()).toBeNull();
  });

  it('stay at their end also if what they are in changes its size', () => {
    FakeObserver.observed = [];
    show(message(1));
    expect(FakeObserver.observed).toEqual(expect.arrayContaining([page, document.body, document.documentElement]));
  });

  it('of a deleted user, and deleted ones, keep their place', () => {
    show(message(1, { state: 'erased', person_id: null, text: null }), message(2, { state: 'deleted', text: null }));
    expect(page.querySelectorAll('li [class*=bubble]')).toHaveLength(2);
    expect(page.querySelectorAll('[aria-haspopup]')).toHaveLength(0);
  });

  it('show their author what has become of them', () => {
    const own = (seq: number) => message(seq, { person_id: 'ben' });
    show(own(3), own(4));
    expect([...page.querySelectorAll('[data-mark]')].map((each) => each.getAttribute('data-mark'))).toEqual([
      'read',
      'sent',
    ]);
  });
});
