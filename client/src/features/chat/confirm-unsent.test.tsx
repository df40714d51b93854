import { I18nProvider } from '@lingui/react';
import { i18n } from '@lingui/core';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeEach, expect, it, vi } from 'vitest';
import { forgetUnstored, loadOutbox, saveOutbox } from './stored-outbox';
import { useConfirmUnsent } from './useConfirmUnsent';

const stored = vi.hoisted(() => ({ value: undefined as unknown, asked: [] as unknown[], answer: false }));
vi.mock('~/core/device-storage', () => ({
  currentOwner: () => 1,
  readStored: async () => stored.value,
  storeTogether: () => Promise.reject(new DOMException('', 'QuotaExceededError')),
}));
vi.mock('~/design/Confirm', () => ({
  confirmAction: async (question: unknown) => {
    stored.asked.push(question);
    return stored.answer;
  },
}));

let confirmUnsent: () => Promise<boolean>;
function Probe() {
  confirmUnsent = useConfirmUnsent();
  return null;
}

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  Object.assign(stored, { value: undefined, asked: [], answer: false });
  i18n.loadAndActivate({ locale: 'en', messages: {} });
  const root = createRoot(document.createElement('div'));
  act(() =>
    root.render(
      <I18nProvider i18n={i18n}>
        <Probe />
      </I18nProvider>,
    ),
  );
});

it.each([undefined, []])('signs out without a question if nothing waits: %j', async (value) => {
  stored.value = value;
  expect(await confirmUnsent()).toBe(true);
  expect(stored.asked).toEqual([]);
});

it.each([true, false])('asks before messages that were not sent are deleted: %s', async (answer) => {
  Object.assign(stored, { value: [{ client_id: 'c-1' }], answer });
  expect(await confirmUnsent()).toBe(answer);
  expect(stored.asked).toHaveLength(1);
});

it('asks about messages that a full device does not store', async () => {
  await loadOutbox();
  await saveOutbox([{ client_id: 'c-1', conversation_id: 'c', text: 'full', created: '2026-01-05T09:00:00Z' }]);
  expect(await confirmUnsent()).toBe(false);
  expect(stored.asked).toHaveLength(1);
  forgetUnstored();
});
