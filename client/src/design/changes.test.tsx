import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Problem } from '~/core/problem';
import { toasts } from '~/core/toasts';
import { useChanges } from './changes';
import { usePages } from './lists';
import { eventually } from '../../test/eventually';

interface Thing {
  id: string;
}

let changes: ReturnType<typeof useChanges>;
let stored: Thing[];
let listed: string[];

function Probe() {
  changes = useChanges(['things']);
  listed = usePages<Thing>(['things', 'some'], async () => ({ data: { items: stored, next: null } })).items.map(
    ({ id }) => id,
  );
  return null;
}

let root: ReturnType<typeof createRoot>;

beforeEach(async () => {
  stored = [{ id: 'old' }, { id: 'other' }];
  listed = [];
  root = createRoot(document.createElement('div'));
  root.render(
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={new QueryClient()}>
        <Probe />
      </QueryClientProvider>
    </I18nProvider>,
  );
  await eventually(() => expect(listed).toEqual(['old', 'other']));
});

afterEach(() => root.unmount());

it('Undo says that the item was changed again meanwhile', async () => {
  await changes.mutateAsync({
    apply: async () => undefined,
    undo: () => Promise.reject(new Problem('changed_meanwhile', 412, 'Changed.')),
    message: 'Saved',
  });
  await toasts.state.at(-1)?.undo?.();
  expect(toasts.state.at(-1)?.message).toBe('Not undone: it was changed again meanwhile.');
});

it('Undo gives the reason of a refusal in whole sentences', async () => {
  await changes.mutateAsync({
    apply: async () => undefined,
    undo: () => Promise.reject(new Problem('in_use', 409, 'It is in use.', 'Remove it first.')),
    message: 'Saved',
  });
  await toasts.state.at(-1)?.undo?.();
  expect(toasts.state.at(-1)?.message).toBe('Not undone: It is in use. Remove it first.');
});

it('a deleted item leaves its lists at once, and comes back under its new id', async () => {
  let answer = () => undefined as void;
  const done = changes.mutateAsync({
    apply: () => new Promise<void>((resolve) => (answer = resolve)),
    deletes: 'old',
    undo: async () => {
      stored = [{ id: 'new' }, { id: 'other' }];
    },
    message: 'Deleted',
  });
  await eventually(() => expect(listed).toEqual(['other']));
  stored = [{ id: 'other' }];
  answer();
  await done;
  await toasts.state.at(-1)?.undo?.();
  await eventually(() => expect(listed).toEqual(['new', 'other']));
});

it('an item whose deletion is refused comes back', async () => {
  const refusal = new Problem('our-mistake', 500, 'No.');
  let refuse: (reason: Problem) => void = () => undefined;
  const done = changes.mutateAsync({
    apply: () => new Promise((_, reject) => (refuse = reject)),
    deletes: 'old',
    message: 'Deleted',
  });
  await eventually(() => expect(listed).toEqual(['other']));
  refuse(refusal);
  await expect(done).rejects.toBe(refusal);
  await eventually(() => expect(listed).toEqual(['old', 'other']));
});
