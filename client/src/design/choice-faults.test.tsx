import { notifyManager, QueryClient, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { expect, it, vi } from 'vitest';
import { Problem } from '~/core/problem';
import { ChoiceFaults } from './ChoiceFaults';
import { Drawer } from './Drawer';
import { ErrorBar } from './ErrorBar';
import { useAllPages, useLoadFault, usePages } from './lists';
import { eventually } from '../../test/eventually';
import { click, rendered } from '../../test/rendered';

const withoutRetries = () => new QueryClient({ defaultOptions: { queries: { retry: false } } });
const alerts = () => document.querySelectorAll('[role=alert]');
const mistake = () => new Problem('our-mistake', 500, 'No.');

interface ChoicesProps {
  name?: string;
  load: () => Promise<{ id: string }[]>;
}

function Choices({ name = 'choices', load }: ChoicesProps) {
  const list = useAllPages<{ id: string }>([name], async () => ({ data: { items: await load(), next: null } }));
  return <p>{list.items.map(({ id }) => id)}</p>;
}

it('a form says that a list of choices could not be loaded, and loads it again, unless it may not be read', async () => {
  let loads = 0;
  const load = async () => {
    loads += 1;
    if (loads === 1) throw mistake();
    return [{ id: 'first' }];
  };
  const refuse = async () => {
    throw new Problem('forbidden', 403, 'No.');
  };
  const queries = withoutRetries();
  rendered(
    <Drawer opened title="New" onClose={() => undefined}>
      <Choices name="refused" load={refuse} />
      <Choices load={load} />
    </Drawer>,
    queries,
  );
  await eventually(() => expect(queries.getQueryState(['refused', 'all'])?.status).toBe('error'));
  await eventually(() => expect(alerts()).toHaveLength(1));
  await click('[role=alert] button');
  await eventually(() => expect(document.querySelector('[role=dialog]')?.textContent).toContain('first'));
  await eventually(() => expect(alerts()).toHaveLength(0));
});

function Section({ load }: ChoicesProps) {
  const query = useQuery({ queryKey: ['section'], queryFn: load });
  return <ErrorBar fault={useLoadFault(query)} retry={query.refetch} />;
}

function Pages({ load }: ChoicesProps) {
  const { fault, retry } = usePages(['pages'], async () => ({ data: { items: await load(), next: null } }));
  return <ErrorBar fault={fault} retry={retry} />;
}

it.each([
  ['a list of choices', Choices],
  ['a section', Section],
  ['a list', Pages],
])('the fault of %s stays while it is loaded again', async (_, Part) => {
  let loads = 0;
  let failAgain = () => undefined as void;
  const load = async () => {
    loads += 1;
    if (loads === 1) throw mistake();
    return new Promise<{ id: string }[]>((_resolve, reject) => (failAgain = () => reject(mistake())));
  };
  const queries = withoutRetries();
  rendered(
    <Drawer opened title="New" onClose={() => undefined}>
      <Part load={load} />
    </Drawer>,
    queries,
  );
  await eventually(() => expect(alerts()).toHaveLength(1));
  const [alert] = alerts();
  await click('[role=alert] button');
  await eventually(() => expect(loads).toBe(2));
  await new Promise<void>((resolve) => notifyManager.schedule(resolve)); // its start is shown
  failAgain();
  await eventually(() => expect(queries.getQueryCache().getAll()[0]?.state.errorUpdateCount).toBe(2));
  await eventually(() => expect(alerts()).toHaveLength(1));
  expect(alerts()[0]).toBe(alert);
});

it('a list whose load fails does not show the former one while it is loaded again', async () => {
  const load = vi.fn().mockResolvedValueOnce({ data: { items: [{ id: 'first' }], next: null } });
  load.mockRejectedValueOnce(mistake()).mockReturnValue(new Promise(() => undefined));
  const seen: string[] = [];
  function Filtered() {
    const [search, setSearch] = useState('');
    const { items, fault, retry } = usePages<{ id: string }>(['found', search], load, { keepFormer: true });
    const shown = items.map(({ id }) => id).join() || (fault ? 'fault' : 'nothing');
    if (seen.at(-1) !== shown) seen.push(shown);
    return <button onClick={() => (search ? retry?.() : setSearch('b'))}>{shown}</button>;
  }
  const place = rendered(<Filtered />, withoutRetries());
  await eventually(() => expect(place.querySelector('button')?.textContent).toBe('first'));
  place.querySelector('button')!.click();
  await eventually(() => expect(place.querySelector('button')?.textContent).toBe('fault'));
  place.querySelector('button')!.click();
  await eventually(() => expect(load).toHaveBeenCalledTimes(3));
  await new Promise<void>((resolve) => notifyManager.schedule(resolve)); // it is shown
  expect(seen).toEqual(['nothing', 'first', 'fault']);
});

it('a fault that is over does not come back with another query', async () => {
  const load = vi.fn().mockRejectedValueOnce(mistake()).mockResolvedValueOnce('first');
  load.mockReturnValue(new Promise(() => undefined));
  function Part() {
    const [name, setName] = useState('a');
    const query = useQuery<string>({ queryKey: ['part', name], queryFn: load });
    const fault = useLoadFault(query);
    const act = () => void (query.data ? setName('b') : query.refetch());
    return <button onClick={act}>{fault ? 'fault' : (query.data ?? 'loading')}</button>;
  }
  const place = rendered(<Part />, withoutRetries());
  for (const shown of ['fault', 'first']) {
    await eventually(() => expect(place.querySelector('button')?.textContent).toBe(shown));
    place.querySelector('button')!.click();
  }
  await eventually(() => expect(load).toHaveBeenCalledTimes(3));
  await eventually(() => expect(place.querySelector('button')?.textContent).toBe('loading'));
});

it('a fault is not shown of another query that is loaded for the first time', async () => {
  const load = vi
    .fn()
    .mockRejectedValueOnce(mistake())
    .mockReturnValue(new Promise(() => undefined));
  function Part() {
    const [name, setName] = useState('a');
    const fault = useLoadFault(useQuery<string>({ queryKey: ['part', name], queryFn: load }));
    return <button onClick={() => setName('b')}>{fault ? 'fault' : name}</button>;
  }
  const place = rendered(<Part />, withoutRetries());
  await eventually(() => expect(place.querySelector('button')?.textContent).toBe('fault'));
  place.querySelector('button')!.click();
  await eventually(() => expect(load).toHaveBeenCalledTimes(2));
  await eventually(() => expect(place.querySelector('button')?.textContent).toBe('b'));
});

it('a fault is shown once: in the drawer, and behind it once that is closed', async () => {
  const load = async () => {
    throw mistake();
  };
  function Screen() {
    const [opened, setOpened] = useState(true);
    return (
      <>
        <ChoiceFaults />
        <Choices load={load} />
        <button onClick={() => setOpened(false)}>Close</button>
        <Drawer opened={opened} title="New" onClose={() => undefined}>
          New
        </Drawer>
      </>
    );
  }
  const place = rendered(<Screen />, withoutRetries());
  await eventually(() => expect(document.querySelectorAll('[role=dialog] [role=alert]')).toHaveLength(1));
  await eventually(() => expect(alerts()).toHaveLength(1));
  place.querySelector('button')!.click();
  await eventually(() => expect(place.querySelectorAll('[role=alert]')).toHaveLength(1));
});
