import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { act, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Conversation } from '~/api';
import { useMentionList } from './useMentionList';

const conversation = {
  id: 'c',
  kind: 'group',
  members: [
    { person_id: 'ada', name: 'Ada Example', number: '1001', own: true },
    { person_id: 'ben', name: 'Ben Example', number: '1002', own: false },
  ],
} as Conversation;

function Field() {
  const input = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState('@Be, hello');
  const mentions = useMentionList(conversation, input, text, setText);
  return (
    <>
      <textarea
        ref={input}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onSelect={mentions.onCaret}
        onKeyDown={mentions.onKeyDown}
        {...mentions.field}
      />
      {mentions.list}
    </>
  );
}

let unmount: () => void;

beforeEach(() => vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true));

afterEach(() => {
  act(() => unmount());
  vi.unstubAllGlobals();
});

it('a mention and the caret behind it are in the field before the next key', () => {
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  unmount = () => root.unmount();
  act(() =>
    root.render(
      <I18nProvider i18n={i18n}>
        <Field />
      </I18nProvider>,
    ),
  );
  const field = document.querySelector('textarea')!;
  act(() => {
    field.focus();
    field.setSelectionRange(3, 3);
    document.dispatchEvent(new Event('selectionchange'));
    field.dispatchEvent(new KeyboardEvent('keyup', { bubbles: true, key: 'e' }));
  });
  expect(document.querySelector('[aria-selected=true]')?.textContent).toContain('Ben Example');
  act(() => void field.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, key: 'Enter' })));
  const [before, after] = ['@Ben Example ', ', hello'];
  expect([field.value, field.selectionStart, field.selectionEnd]).toEqual([
    before + after,
    before.length,
    before.length,
  ]);
});
