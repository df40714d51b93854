import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { reloadQueries } from './reload-queries';
import { eventually } from '../../test/eventually';

/** An open screen, whose answers arrive when the test says so. */
function screen() {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const asked: ((unread: number) => void)[] = [];
  const failed: ((fault: Error) => void)[] = [];
  const queryFn = () =>
    new Promise<number>((resolve, reject) => {
      asked.push(resolve);
      failed.push(reject);
    });
  const observer = new QueryObserver(queries, { queryKey: ['notices', 'unread'], queryFn });
  return { queries, asked, failed, observer, close: observer.subscribe(() => undefined) };
}

it('repeats a first load that began before the change', async () => {
  const { queries, asked, observer, close } = screen();
  expect(asked).toHaveLength(1);
  reloadQueries(queries, ['notices']);
  asked[0]?.(0); // was read before the change
  await eventually(() => expect(asked).toHaveLength(2));
  asked[1]?.(1);
  await eventually(() => expect(observer.getCurrentResult().data).toBe(1));
  expect(asked).toHaveLength(2);
  close();
});

it('repeats a first load that fails meanwhile', async () => {
  const { queries, asked, failed, observer, close } = screen();
  reloadQueries(queries, ['notices']);
  failed[0]?.(new Error('away'));
  await eventually(() => expect(asked).toHaveLength(2));
  asked[1]?.(1);
  await eventually(() => expect(observer.getCurrentResult().data).toBe(1));
  close();
});

it('repeats a later load at once, and no other query', async () => {
  const { queries, asked, observer, close } = screen();
  asked[0]?.(1);
  await eventually(() => expect(observer.getCurrentResult().data).toBe(1));
  reloadQueries(queries, ['voicemail']);
  expect(asked).toHaveLength(1);
  reloadQueries(queries, ['notices']);
  expect(asked).toHaveLength(2);
  asked[1]?.(2);
  await eventually(() => expect(observer.getCurrentResult().data).toBe(2));
  expect(asked).toHaveLength(2);
  close();
});
