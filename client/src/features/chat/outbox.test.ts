import { describe, expect, test } from 'vitest';
import { Problem } from '~/core/problem';
import { Outbox, type Outgoing } from './outbox';

/** Numbers from 0 to 1 that are the same in each run (Mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const message = (client_id: string): Outgoing => ({
  client_id,
  conversation_id: 'c',
  text: client_id,
  created: '2026-01-05T09:00:00Z',
});

/** The storage of the device, its locks, and the server, which stores a client_id once. They survive tabs. */
class World {
  stored: Outgoing[] = [];
  messages: string[] = [];
  readonly locks = new Map<string, Promise<unknown>>();

  receive({ client_id }: Outgoing): string {
    if (!this.messages.includes(client_id)) this.messages.push(client_id);
    return client_id;
  }
}

/** A page that may be closed at any moment: then it does nothing more, and its locks are free. */
class Tab {
  closed = false;
  readonly outbox: Outbox<string>;
  private readonly release: (() => void)[] = [];

  constructor(world: World, send: (next: Outgoing, receive: () => string) => string) {
    const never = new Promise<never>(() => undefined);
    const alive = async <T>(value: T): Promise<T> => (this.closed ? never : value);
    this.outbox = new Outbox<string>({
      load: async () => alive([...world.stored]),
      save: async (all) => {
        if (!this.closed) world.stored = all;
        await alive(undefined);
      },
      lock: async (name, work) => {
        if (this.closed) return never;
        const before = world.locks.get(name) ?? Promise.resolve();
        let free!: () => void;
        const held = new Promise<void>((resolve) => (free = resolve));
        world.locks.set(
          name,
          before.then(() => held),
        );
        this.release.push(free);
        await before;
        await alive(undefined);
        try {
          return await work();
        } finally {
          free();
        }
      },
      send: async (next) => {
        await alive(undefined);
        return send(next, () => world.receive(next));
      },
      sent: () => undefined,
      pause: () => alive(undefined),
    });
  }

  close(): void {
    this.closed = true;
    this.release.forEach((free) => free());
  }
}

/** One random schedule: messages from several tabs, with requests, answers and tabs lost. */
async function schedule(seed: number): Promise<void> {
  const next = random(seed);
  const chance = (share: number) => next() < share;
  const world = new World();
  const written: string[] = [];
  let healthy = false;
  const send = (_: Outgoing, receive: () => string): string => {
    if (!healthy && chance(0.25)) throw Problem.unreachable();
    if (!healthy && chance(0.1)) throw new Problem('full', 507, '');
    const received = receive();
    if (!healthy && chance(0.25)) throw Problem.unreachable(); // the answer is lost
    if (!healthy && chance(0.1)) receive(); // the network repeats the request
    return received;
  };
  let tabs = [new Tab(world, send)];
  for (let step = 0; step < 12; step += 1) {
    if (chance(0.2)) tabs.push(new Tab(world, send));
    const tab = tabs[Math.floor(next() * tabs.length)]!;
    if (chance(0.5)) {
      const id = `m${written.length}`;
      await tab.outbox.add(message(id));
      written.push(id); // stored: it must arrive
    }
    void tab.outbox.flush();
    for (let turn = Math.floor(next() * 12); turn > 0; turn -= 1) await Promise.resolve();
    if (chance(0.15)) {
      tab.close();
      tabs = tabs.filter((each) => each !== tab);
      if (tabs.length === 0) tabs.push(new Tab(world, send));
    }
  }
  healthy = true;
  await Promise.all(tabs.map((each) => each.outbox.open()));
  expect({ seed, messages: world.messages }).toEqual({ seed, messages: written });
  expect(world.stored).toEqual([]);
}

describe('outbox', () => {
  test('each message arrives once and in order, whatever is lost', async () => {
    for (let seed = 1; seed <= 10_000; seed += 1) await schedule(seed);
  }, 120_000);

  test('a refused message waits for its author, and others are sent', async () => {
    const world = new World();
    let refuses = true;
    const tab = new Tab(world, (next, receive) => {
      if (refuses && next.client_id === 'a') throw new Problem('invalid', 422, 'Too long');
      return receive();
    });
    await tab.outbox.add(message('a'));
    await tab.outbox.add(message('b'));
    await tab.outbox.flush();
    expect(world.messages).toEqual(['b']);
    expect(tab.outbox.waiting.state).toMatchObject([{ client_id: 'a', refused: true }]);
    refuses = false;
    await tab.outbox.retry('a');
    await tab.outbox.flush();
    expect([world.messages, tab.outbox.waiting.state]).toEqual([['b', 'a'], []]);
  });

  test('a conversation whose group the device is not in waits, and others are sent', async () => {
    const world = new World();
    let waits = true;
    const tab = new Tab(world, (next, receive) => {
      if (waits && next.conversation_id === 'encrypted') throw new Problem('device_waits', 503, '');
      return receive();
    });
    await tab.outbox.add({ ...message('a'), conversation_id: 'encrypted' });
    await tab.outbox.add(message('b'));
    await tab.outbox.flush();
    expect([world.messages, world.stored.map((each) => each.client_id)]).toEqual([['b'], ['a']]);
    waits = false;
    await tab.outbox.flush();
    expect(world.messages).toEqual(['b', 'a']);
  });

  test('a discarded message is not sent', async () => {
    const world = new World();
    const tab = new Tab(world, () => {
      throw new Problem('forbidden', 403, '');
    });
    await tab.outbox.add(message('a'));
    await tab.outbox.flush();
    await tab.outbox.discard('a');
    expect([world.messages, world.stored]).toEqual([[], []]);
  });

  test('after sign-out nothing of the former user is shown, stored or sent', async () => {
    const world = new World();
    const tab = new Tab(world, (_, receive) => receive());
    const adding = tab.outbox.add(message('a'));
    tab.outbox.clear();
    await adding;
    expect([tab.outbox.waiting.state, world.stored]).toEqual([[], []]);
  });
});
