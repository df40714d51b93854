import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { I18nProvider } from '@lingui/react';
import { i18n } from '@lingui/core';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PageLoader } from '~/core/pagination';
import { Problem } from '~/core/problem';
import { hasTools, reloadLists, useAllPages, usePages, POLL_INTERVAL_MS } from './lists';
import { DataTable } from './table';
import { eventually } from '../../test/eventually';

interface Thing {
  id: string;
}

type Drawn = (load: PageLoader<Thing>) => React.ReactNode;

const InPages = ({ load }: { load: PageLoader<Thing> }) => {
  const list = usePages(['things'], load);
  return (
    <DataTable
      label="Things"
      list={list}
      columns={[{ title: 'Id', render: (one) => one.id }]}
      empty="There are none."
    />
  );
};

const Whole = ({ load }: { load: PageLoader<Thing> }) => (
  <>
    {useAllPages(['things'], load)
      .items.map((each) => each.id)
      .join(' ')}
  </>
);

describe('buttons of a list', () => {
  const known = { items: [] as Thing[], loaded: true, fault: null };
  it('stand beside it with items, and if it cannot be loaded', () => {
    expect(hasTools({ ...known, items: [{ id: 'a' }] })).toBe(true);
    expect(hasTools({ ...known, loaded: false, fault: new Problem('our-mistake', 500, 'No.') })).toBe(true);
  });
  it('do not move away when it turns out to be empty', () => {
    expect(hasTools({ ...known, loaded: false })).toBe(false);
    expect(hasTools(known)).toBe(false);
  });
});

const refused = () => Promise.reject(new Problem('our-mistake', 500, 'No.'));
const pages: PageLoader<Thing> = async (cursor) => ({
  data: cursor ? { items: [{ id: 'last' }], next: null } : { items: [{ id: 'first' }], next: 'second' },
});

describe('a list', () => {
  let root: ReturnType<typeof createRoot>;
  let queries: QueryClient;
  let place: HTMLElement;
  const draw = (drawn: Drawn, load: PageLoader<Thing>) => {
    root.render(
      <I18nProvider i18n={i18n}>
        <MantineProvider>
          <QueryClientProvider client={queries}>{drawn(load)}</QueryClientProvider>
        </MantineProvider>
      </I18nProvider>,
    );
  };
  const text = () => place.textContent;

  beforeEach(() => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    place = document.body.appendChild(document.createElement('div'));
    root = createRoot(place);
  });
  afterEach(() => {
    root.unmount();
    place.remove();
    vi.useRealTimers();
  });

  it('whose first load began before a change is loaded anew', async () => {
    const answer: ((page: Awaited<ReturnType<PageLoader<Thing>>>) => void)[] = [];
    const load = vi.fn<PageLoader<Thing>>(() => new Promise((resolve) => answer.push(resolve)));
    draw((each) => <InPages load={each} />, load);
    await eventually(() => expect(load).toHaveBeenCalledTimes(1));
    const reloaded = reloadLists(queries, ['things']);
    await eventually(() => expect(load).toHaveBeenCalledTimes(2));
    answer[1]!({ data: { items: [{ id: 'changed' }], next: null } });
    answer[0]!({ data: { items: [], next: null } });
    await reloaded;
    await eventually(() => expect(text()).toContain('changed'));
  });

  it('that failed to load is not shown as empty and is retried', async () => {
    const load = vi.fn<PageLoader<Thing>>(refused);
    draw((each) => <InPages load={each} />, load);
    await eventually(() => expect(text()).toContain('Server error'));
    expect(text()).not.toContain('There are none.');
    load.mockResolvedValue({ data: { items: [], next: null } });
    await vi.advanceTimersByTimeAsync(POLL_INTERVAL_MS);
    await eventually(() => expect(text()).toContain('There are none.'));
    expect(text()).not.toContain('Server error');
  });

  it('loads page by page', async () => {
    draw((each) => <InPages load={each} />, pages);
    await eventually(() => expect(text()).toContain('first'));
    expect(text()).not.toContain('last');
    [...place.querySelectorAll('button')].at(-1)!.click();
    await eventually(() => expect(text()).toContain('last'));
  });

  it('is not shown as empty while there are more pages', async () => {
    const first = { data: { items: [], next: 'second' } };
    draw(
      (each) => <InPages load={each} />,
      async (cursor) => (cursor ? pages(cursor) : first),
    );
    await eventually(() => expect(place.querySelector('button')).not.toBeNull());
    expect(text()).not.toContain('There are none.');
    place.querySelector('button')!.click();
    await eventually(() => expect(text()).toContain('last'));
  });

  it('can be loaded completely', async () => {
    draw((each) => <Whole load={each} />, pages);
    await eventually(() => expect(text()).toContain('first last'));
  });
});
