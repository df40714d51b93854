import { describe, expect, it, vi } from 'vitest';
import type { Message } from '~/api';
import { Problem } from '~/core/problem';
import { DeferredWork } from '~/core/deferred';
import { toEntry, countUnheard, visibleMessages, Voicemail } from './model';
import { eventually } from '../../../test/eventually';

function message(id: string, overrides: Partial<Message> = {}): Message {
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
    ...overrides,
  };
}

function setup(cached: Message[] = []) {
  const store = {
    stored: cached,
    inbox: [] as Message[],
    archived: [] as Message[],
    fault: undefined as Problem | undefined,
  };
  const find = (id: string) => store.inbox.find((each) => each.id === id)!;
  const parts = {
    fetchMessages: vi.fn(async (hidden: boolean) => {
      if (store.fault) throw store.fault;
      return [...(hidden ? store.archived : store.inbox)];
    }),
    loadCached: async () => store.stored,
    saveCached: async (messages: Message[]) => {
      store.stored = messages;
    },
    mark: vi.fn(async (id: string, heard: boolean) => {
      if (store.fault) throw store.fault;
      store.inbox = store.inbox.map((each) =>
        each.id === id ? { ...each, heard: heard ? '2026-11-24T11:00:00Z' : null } : each,
      );
    }),
    archive: vi.fn(async (id: string) => {
      store.archived.push(find(id));
      store.inbox = store.inbox.filter((each) => each.id !== id);
    }),
    restore: vi.fn(async (id: string) => {
      store.inbox.push(...store.archived.filter((each) => each.id === id));
      store.archived = store.archived.filter((each) => each.id !== id);
    }),
    erase: vi.fn(async (id: string) => {
      store.archived = store.archived.filter((each) => each.id !== id);
    }),
    later: new DeferredWork(10_000),
  };
  const voicemail = new Voicemail(parts);
  const ids = () => visibleMessages(voicemail.state.state)?.map((each) => each.id);
  return { voicemail, store, parts, ids };
}

describe('a message entry', () => {
  it('names the caller, or marks it as erased', () => {
    expect(toEntry(message('m'))).toMatchObject({ name: 'Ada Example', number: '1002', erased: false, unheard: true });
    expect(toEntry(message('m', { caller: null, caller_name: null }))).toMatchObject({ erased: true, number: '' });
    expect(toEntry(message('m', { caller: '', caller_name: '' }))).toMatchObject({ erased: false, number: '' });
  });

  it('has a waveform and a transcript where available', () => {
    expect(toEntry(message('m'))).toMatchObject({ peaks: [], transcript: undefined });
    const transcript = { text: 'Please call back.', language: 'en' };
    expect(toEntry(message('m', { waveform: [1, 2], transcript }))).toMatchObject({ peaks: [1, 2], transcript });
  });
});

describe('the mailbox', () => {
  it('shows the cache at once, then the server list, and caches only that', async () => {
    const { voicemail, store } = setup([message('old')]);
    const seen: string[] = [];
    voicemail.state.subscribe((now) => seen.push(`${now.source}:${now.inbox.map((each) => each.id).join()}`));
    store.inbox = [message('new')];
    await voicemail.open();
    expect(seen).toContain('cache:old');
    expect(voicemail.state.state).toMatchObject({ source: 'server', loading: false });
    expect(store.stored.map((each) => each.id)).toEqual(['new']);
  });

  it('stays readable offline and says so', async () => {
    const { voicemail, store } = setup([message('old')]);
    store.fault = Problem.unreachable();
    await voicemail.open();
    expect(voicemail.state.state).toMatchObject({ source: 'cache', fault: { code: 'unreachable' }, loading: false });
    expect(countUnheard(voicemail.state.state)).toBe(1);
  });

  it('counts new messages', async () => {
    const { voicemail, store, parts } = setup();
    store.inbox = [message('a'), message('b'), message('c', { heard: '2026-11-24T10:05:00Z' })];
    await voicemail.open();
    expect(countUnheard(voicemail.state.state)).toBe(2);
    const marking = voicemail.mark('a', true);
    expect(countUnheard(voicemail.state.state)).toBe(1); // optimistically
    await marking;
    await voicemail.mark('c', false);
    expect(countUnheard(voicemail.state.state)).toBe(2);
    expect(parts.mark.mock.calls).toEqual([
      ['a', true],
      ['c', false],
    ]);
  });

  it('archives and restores', async () => {
    const { voicemail, store, ids } = setup();
    store.inbox = [message('a'), message('b')];
    await voicemail.open();
    await voicemail.archive('a');
    expect(ids()).toEqual(['b']);
    await voicemail.show('archived');
    expect(ids()).toEqual(['a']);
    await voicemail.restore('a');
    expect(ids()).toEqual([]);
    await voicemail.show('inbox');
    expect(ids()).toEqual(['b', 'a']);
  });

  it('deletes at once for the eye, and for good when it can no longer be undone', async () => {
    const { voicemail, store, parts, ids } = setup();
    store.inbox = [message('a'), message('b')];
    await voicemail.open();
    const deleting = voicemail.delete('a');
    expect(ids()).toEqual(['b']);
    expect(countUnheard(voicemail.state.state)).toBe(1);
    await deleting;
    await voicemail.show('archived');
    expect(ids()).toEqual([]); // a lost page leaves it in the archive, where it can be restored
    expect(parts.erase).not.toHaveBeenCalled();
    parts.later.flush();
    await eventually(() => expect(voicemail.state.state.deleted.size).toBe(0));
    expect(parts.erase.mock.calls).toEqual([['a']]);
    expect(store.archived).toEqual([]);
  });

  it('undoes a deletion', async () => {
    const { voicemail, store, parts, ids } = setup();
    store.inbox = [message('a'), message('b')];
    await voicemail.open();
    await voicemail.delete('a');
    await voicemail.undoDelete('a', true);
    parts.later.flush();
    expect(ids()).toEqual(['b', 'a']);
    expect(parts.erase).not.toHaveBeenCalled();
    await voicemail.archive('b');
    await voicemail.show('archived');
    await voicemail.delete('b');
    await voicemail.undoDelete('b', false);
    expect(ids()).toEqual(['b']);
    expect(parts.restore.mock.calls).toEqual([['a']]);
  });

  it('restores a message only after it was archived', async () => {
    const { voicemail, store, parts, ids } = setup();
    store.inbox = [message('a')];
    await voicemail.open();
    const archive = parts.archive.getMockImplementation()!;
    let letArrive = () => {};
    parts.archive.mockImplementationOnce(async (id: string) => {
      await new Promise<void>((resolve) => (letArrive = resolve));
      return archive(id);
    });
    const deleting = voicemail.delete('a');
    const undoing = voicemail.undoDelete('a', true);
    await Promise.resolve();
    expect(parts.restore).not.toHaveBeenCalled();
    expect(ids()).toEqual([]);
    letArrive();
    await Promise.all([deleting, undoing]);
    expect(store.archived).toEqual([]);
    expect(ids()).toEqual(['a']);
  });

  it('restores no message in the session of another user', async () => {
    const { voicemail, store, parts } = setup();
    store.inbox = [message('a')];
    await voicemail.open();
    let letArrive = () => {};
    parts.archive.mockImplementationOnce(() => new Promise<void>((resolve) => (letArrive = resolve)));
    const changes = [voicemail.delete('a'), voicemail.undoDelete('a', true)];
    voicemail.clear();
    letArrive();
    await Promise.all(changes);
    expect(parts.restore).not.toHaveBeenCalled();
  });

  it('shows a message again that could not be erased', async () => {
    const { voicemail, store, parts, ids } = setup();
    store.inbox = [message('a')];
    await voicemail.open();
    await voicemail.delete('a');
    parts.erase.mockRejectedValueOnce(new Problem('full', 507, 'Full.'));
    parts.later.flush();
    await eventually(() => expect(voicemail.state.state.deleted.size).toBe(0));
    expect(voicemail.state.state.refused?.code).toBe('full');
    await voicemail.show('archived');
    expect(ids()).toEqual(['a']);
  });

  it('reports a refused action and shows the true state', async () => {
    const { voicemail, store, parts } = setup();
    store.inbox = [message('a')];
    await voicemail.open();
    parts.mark.mockRejectedValueOnce(new Problem('full', 507, 'Full.'));
    await voicemail.mark('a', true);
    expect(voicemail.state.state.refused?.code).toBe('full');
    expect(countUnheard(voicemail.state.state)).toBe(1);
  });

  it('refetches when it changed during a request', async () => {
    const { voicemail, store, parts, ids } = setup();
    const first = voicemail.refresh();
    store.inbox = [message('late')];
    await Promise.all([first, voicemail.refresh()]);
    expect(parts.fetchMessages).toHaveBeenCalledTimes(2);
    expect(ids()).toEqual(['late']);
  });

  it('is cleared on sign-out and ignores late responses', async () => {
    const { voicemail, store } = setup();
    store.inbox = [message('a')];
    const opening = voicemail.open();
    voicemail.clear();
    await opening;
    expect(voicemail.state.state).toMatchObject({ source: 'none', inbox: [] });
    expect(store.stored).toEqual([]);
  });
});
