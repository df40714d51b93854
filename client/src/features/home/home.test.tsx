import { notifyManager, QueryClient } from '@tanstack/react-query';
import { expect, it, onTestFinished, vi } from 'vitest';
import { api, type Me } from '~/api';
import { session } from '~/api/session';
import { Problem } from '~/core/problem';
import { AttentionList } from './Attention';
import { Bell } from './Bell';
import Home from './Home';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

vi.mock('@tanstack/react-router', async (original) => ({ ...(await original<object>()), Link: 'a' }));

const LOADS = ['showCallStatistics', 'listCalls', 'showSetUp', 'showAttention', 'listExtensions'] as const;

it('shows notices for what could not be loaded, without grey blocks, and keeps them while it loads again', async () => {
  const loads = LOADS.map((each) => vi.spyOn(api, each).mockRejectedValue(new TypeError('No.')));
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const place = rendered(<Home />, queries);
  const notices = () => [...place.querySelectorAll('[role=alert]')];
  await eventually(() => expect(notices()).toHaveLength(4)); // the set-up, figures, live calls, what needs attention
  await eventually(() => expect(place.querySelector('.mantine-Skeleton-root')).toBeNull());
  await eventually(() => expect(place.textContent).not.toContain('Loading…'));
  const before = notices();
  for (const load of loads) load.mockClear().mockReturnValue(new Promise(() => undefined) as never);
  void queries.refetchQueries();
  await eventually(() => loads.slice(0, 4).forEach((load) => expect(load).toHaveBeenCalled()));
  await new Promise<void>((resolve) => notifyManager.schedule(resolve)); // it is shown
  notices().forEach((notice, index) => expect(notice).toBe(before[index]));
  expect(notices()).toHaveLength(4);
  expect(place.querySelector('.mantine-Skeleton-root')).toBeNull();
  expect(place.textContent).not.toContain('Loading…');
});

it('says once that the organisation has not allowed support access', async () => {
  const refused = new Problem('support_access_needed', 403, 'No.');
  for (const each of LOADS) vi.spyOn(api, each).mockRejectedValue(refused);
  const place = rendered(<Home />, silent());
  await eventually(() => expect(place.querySelectorAll('[role=alert]')).toHaveLength(1));
  expect(place.querySelector('[role=alert]')!.textContent).toContain('has not allowed support access');
});

function answer(unread: number | null, parts: object[] | null): void {
  const counted = vi.spyOn(api, 'countUnreadNotices');
  if (unread === null) counted.mockRejectedValue(new TypeError('No.'));
  else counted.mockResolvedValue({ data: { unread } } as never);
  vi.spyOn(api, 'showAttention').mockResolvedValue({ data: { items: [{ kind: 'requests_open', count: 2 }] } } as never);
  const ready = parts ? Response.json({ parts }, { status: 503 }) : new Response('Bad gateway', { status: 502 });
  vi.stubGlobal('fetch', async () => ready.clone());
  session.setState(() => ({ state: 'in', me: { role: 'operator' } as Me, stale: false }));
  onTestFinished(() => {
    vi.unstubAllGlobals();
    session.setState(() => ({ state: 'unknown' }));
  });
}

const silent = () => new QueryClient({ defaultOptions: { queries: { retry: false } } });
const label = (place: HTMLElement) => place.querySelector('button')?.getAttribute('aria-label');

it.each([
  { what: 'notices', unread: null, parts: [] },
  { what: 'state of the server', unread: 3, parts: null },
])('shows at the bell that the $what could not be loaded', async ({ unread, parts }) => {
  answer(unread, parts);
  const place = rendered(<Bell />, silent());
  await eventually(() => expect(label(place)).toBe('Notifications could not be loaded'));
  expect(place.querySelector('.mantine-Indicator-indicator')?.textContent).toBe('!');
});

it('counts at the bell the parts of the server that fail, the open matters and the notices', async () => {
  answer(3, [{ name: 'disk', ok: false, why: '' }]);
  const place = rendered(<Bell />, silent());
  await eventually(() => expect(label(place)).toBe('Notifications: 5'));
});

it('shows open matters though the state of the server could not be loaded, and loads it again', async () => {
  answer(0, null);
  const place = rendered(<AttentionList />, silent());
  await eventually(() => expect(place.querySelector('[role=alert]')).not.toBeNull());
  await eventually(() => expect(place.textContent).toContain('2 open requests'));
  answer(0, [{ name: 'disk', ok: false, why: 'It is full' }]);
  place.querySelector<HTMLElement>('[role=alert] button')!.click();
  await eventually(() => expect(place.textContent).toContain('Disk space: It is full'));
  await eventually(() => expect(place.querySelector('[role=alert]')).toBeNull());
});

it('counts only the notices at the bell of an operator without access to the organisation', async () => {
  answer(3, []);
  vi.spyOn(api, 'showAttention').mockRejectedValue(new Problem('support_access_needed', 403, 'No access.'));
  const place = rendered(
    <>
      <Bell />
      <AttentionList />
    </>,
    silent(),
  );
  await eventually(() => expect(place.querySelector('[role=alert]')).not.toBeNull());
  await eventually(() => expect(label(place)).toBe('Notifications: 3'));
});

it('shows at the bell of an operator without access that the state of the server could not be loaded', async () => {
  answer(3, null);
  vi.spyOn(api, 'showAttention').mockRejectedValue(new Problem('support_access_needed', 403, 'No access.'));
  const place = rendered(<Bell />, silent());
  await eventually(() => expect(label(place)).toBe('Notifications could not be loaded'));
});
