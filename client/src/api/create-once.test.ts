import { afterEach, expect, it, vi } from 'vitest';
import { api, forgetUnanswered } from '~/api';

const server = { baseUrl: 'http://pbx.example' };
const contact = (name: string) => api.createContact({ ...server, body: { name, book: 'personal' } });

afterEach(() => {
  forgetUnanswered();
  vi.unstubAllGlobals();
});

it('what is sent again after a lost response is created once', async () => {
  const keys: (string | null)[] = [];
  const answers = [new TypeError('network'), 504, 201, 201, 201];
  vi.stubGlobal('fetch', async (request: Request) => {
    keys.push(request.headers.get('idempotency-key'));
    const answer = answers.shift();
    if (typeof answer === 'number') return Response.json({}, { status: answer });
    throw answer;
  });
  await expect(contact('Ada')).rejects.toMatchObject({ offline: true });
  await expect(contact('Ada')).rejects.toMatchObject({ status: 504 });
  await contact('Ada');
  const [lost, unknown, created] = keys;
  expect(lost).toMatch(/^[\w-]{22}$/);
  expect([unknown, created]).toEqual([lost, lost]);
  await contact('Ada'); // the user wants a second one
  await contact('Ben');
  expect([...new Set(keys)]).toHaveLength(3);
});

it('what is sent again much later is created again: the first may be deleted', async () => {
  const keys: (string | null)[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    keys.push(request.headers.get('idempotency-key'));
    throw new TypeError('network');
  });
  const clock = vi.spyOn(Date, 'now').mockReturnValue(0);
  for (const minutes of [0, 4, 8, 14]) {
    clock.mockReturnValue(minutes * 60_000);
    await expect(contact('Ada')).rejects.toMatchObject({ offline: true });
  }
  const [first, second, third, later] = keys;
  expect([second, third]).toEqual([first, first]);
  expect(later).not.toBe(first);
});

it('other requests have no key', async () => {
  const asked = vi.fn(async (_: Request) => Response.json({ items: [], next: null }));
  vi.stubGlobal('fetch', asked);
  await api.listContacts(server);
  expect(asked.mock.calls[0]![0].headers.has('idempotency-key')).toBe(false);
});
