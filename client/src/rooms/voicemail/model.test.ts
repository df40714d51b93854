import { describe, expect, it, vi } from 'vitest';
import type { Message } from '~/api';
import { Problem } from '~/kernel/problem';
import { leftOf, unheard, visible, Voicemail } from './model';

function message(id: string, given: Partial<Message> = {}): Message {
  return {
    id,
    extension_id: 'e',
    number: '1001',
    created: '2026-11-24T10:00:00Z',
    seconds: 12.4,
    heard: null,
    hidden: null,
    caller: '1002',
    caller_name: 'Ada Example',
    call_id: 'c',
    waveform: [],
    own: true,
    ...given,
  };
}

function world(kept: Message[] = []) {
  const store = { kept, inbox: [] as Message[], away: [] as Message[], fault: undefined as Problem | undefined };
  const find = (id: string) => store.inbox.find((each) => each.id === id)!;
  const parts = {
    ask: vi.fn(async (hidden: boolean) => {
      if (store.fault) throw store.fault;
      return [...(hidden ? store.away : store.inbox)];
    }),
    kept: async () => store.kept,
    keep: async (messages: Message[]) => {
      store.kept = messages;
    },
    mark: vi.fn(async (id: string, heard: boolean) => {
      if (store.fault) throw store.fault;
      store.inbox = store.inbox.map((each) =>
        each.id === id ? { ...each, heard: heard ? '2026-11-24T11:00:00Z' : null } : each,
      );
    }),
    putAway: vi.fn(async (id: string) => {
      store.away.push(find(id));
      store.inbox = store.inbox.filter((each) => each.id !== id);
    }),
    bringBack: vi.fn(async (id: string) => {
      store.inbox.push(...store.away.filter((each) => each.id === id));
      store.away = store.away.filter((each) => each.id !== id);
    }),
    erase: vi.fn(async (id: string) => {
      store.away = store.away.filter((each) => each.id !== id);
    }),
  };
  const voicemail = new Voicemail(parts);
  const ids = () => visible(voicemail.state.state)?.map((each) => each.id);
  return { voicemail, store, parts, ids };
}

describe('a message', () => {
  it('says who left it, and of the forgotten that they are', () => {
    expect(leftOf(message('m'))).toMatchObject({ name: 'Ada Example', number: '1002', erased: false, fresh: true });
    expect(leftOf(message('m', { caller: null, caller_name: null }))).toMatchObject({ erased: true, number: '' });
    expect(leftOf(message('m', { caller: '', caller_name: '' }))).toMatchObject({ erased: false, number: '' });
  });

  it('has a picture and a text where there are any', () => {
    expect(leftOf(message('m'))).toMatchObject({ peaks: [], transcript: undefined });
    const transcript = { text: 'Please call back.', language: 'en' };
    expect(leftOf(message('m', { waveform: [1, 2], transcript }))).toMatchObject({ peaks: [1, 2], transcript });
  });
});

describe('the mailbox', () => {
  it('shows what is kept at once, then what the server says, and keeps only that', async () => {
    const { voicemail, store } = world([message('old')]);
    const seen: string[] = [];
    voicemail.state.subscribe((now) => seen.push(`${now.from}:${now.inbox.map((each) => each.id).join()}`));
    store.inbox = [message('new')];
    await voicemail.open();
    expect(seen).toContain('kept:old');
    expect(voicemail.state.state).toMatchObject({ from: 'server', loading: false });
    expect(store.kept.map((each) => each.id)).toEqual(['new']);
  });

  it('stays readable without a network, and says so', async () => {
    const { voicemail, store } = world([message('old')]);
    store.fault = Problem.unreachable();
    await voicemail.open();
    expect(voicemail.state.state).toMatchObject({ from: 'kept', fault: { code: 'unreachable' }, loading: false });
    expect(unheard(voicemail.state.state)).toBe(1);
  });

  it('counts what is new', async () => {
    const { voicemail, store, parts } = world();
    store.inbox = [message('a'), message('b'), message('c', { heard: '2026-11-24T10:05:00Z' })];
    await voicemail.open();
    expect(unheard(voicemail.state.state)).toBe(2);
    const marking = voicemail.mark('a', true);
    expect(unheard(voicemail.state.state)).toBe(1); // at once, whatever the network takes
    await marking;
    await voicemail.mark('c', false);
    expect(unheard(voicemail.state.state)).toBe(2);
    expect(parts.mark.mock.calls).toEqual([
      ['a', true],
      ['c', false],
    ]);
  });

  it('puts away, brings back and erases', async () => {
    const { voicemail, store, ids } = world();
    store.inbox = [message('a'), message('b')];
    await voicemail.open();
    await voicemail.putAway('a');
    expect(ids()).toEqual(['b']);
    await voicemail.show('away');
    expect(ids()).toEqual(['a']);
    await voicemail.bringBack('a');
    expect(ids()).toEqual([]);
    await voicemail.show('inbox');
    await voicemail.putAway('b');
    await voicemail.show('away');
    await voicemail.erase('b');
    expect(ids()).toEqual([]);
  });

  it('says what was refused, and shows what is true', async () => {
    const { voicemail, store, parts } = world();
    store.inbox = [message('a')];
    await voicemail.open();
    parts.mark.mockRejectedValueOnce(new Problem('full', 507, 'Full.'));
    await voicemail.mark('a', true);
    expect(voicemail.state.state.refused?.code).toBe('full');
    expect(unheard(voicemail.state.state)).toBe(1);
  });

  it('asks again when something changed while it asked', async () => {
    const { voicemail, store, parts, ids } = world();
    const first = voicemail.refresh();
    store.inbox = [message('late')];
    await Promise.all([first, voicemail.refresh()]);
    expect(parts.ask).toHaveBeenCalledTimes(2);
    expect(ids()).toEqual(['late']);
  });

  it('forgets everything with its owner, and an answer that comes too late is nobody’s', async () => {
    const { voicemail, store } = world();
    store.inbox = [message('a')];
    const opening = voicemail.open();
    voicemail.forget();
    await opening;
    expect(voicemail.state.state).toMatchObject({ from: 'nowhere', inbox: [] });
    expect(store.kept).toEqual([]);
  });
});
