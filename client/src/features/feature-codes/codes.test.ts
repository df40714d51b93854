import { expect, it, vi } from 'vitest';
import { api, type Me } from '~/api';
import { session } from '~/api/session';
import '~/features/parked/parked';
import '~/features/voicemail/own-voicemail';
import './codes';

const { connected } = vi.hoisted(() => ({ connected: [] as (() => void)[] }));
vi.mock('~/api/events', () => ({
  events: { on: () => undefined, onConnected: (handler: () => void) => connected.push(handler) },
}));

it.each([
  ['no operator, who has none', undefined, 0],
  ['its users', { id: 't' }, 1],
])('what belongs to an organisation is fetched for %s', (_, tenant, times) => {
  const fetches = (['listFeatureCodes', 'listParked', 'listVoicemail'] as const).map((name) =>
    vi
      .spyOn(api, name)
      .mockClear()
      .mockResolvedValue({ data: { items: [] } } as never),
  );
  session.setState(() => ({ state: 'in', stale: false, me: { tenant } as Me }));
  for (const handler of connected) handler();
  for (const fetch of fetches) expect(fetch).toHaveBeenCalledTimes(times);
});
