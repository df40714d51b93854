import { describe, expect, it } from 'vitest';
import type { CallRecord, Me, Party } from '~/api';
import { Problem } from '~/core/problem';
import {
  groupByDay,
  daysAgo,
  groupNeighbours,
  missedSince,
  toEntry,
  qualityGrade,
  History,
  visibleEntries,
  type HistoryEntry,
} from './model';
import { eventually } from '../../../test/eventually';

const unmeasured = { loss: null, jitter_ms: null, mos: null, packets: null };
const party = (role: Party['role'], number: string, name: string, extension: string | null): Party => ({
  role,
  number,
  name,
  erased: false,
  extension_id: extension,
  device_id: null,
  quality: unmeasured,
});
let made = 0;
function record(overrides: Partial<CallRecord> = {}): CallRecord {
  made += 1;
  return {
    id: `call-${made}`,
    tenant_id: 't',
    direction: 'internal',
    caller: '1002',
    caller_name: 'Ada Example',
    callee: '1001',
    callee_name: 'Me',
    started: `2026-11-24T10:00:${String(made % 60).padStart(2, '0')}Z`,
    answered: null,
    ended: '2026-11-24T10:01:00Z',
    talk_seconds: 0,
    outcome: 'missed',
    cause: 16,
    recorded: false,
    steps: [],
    quality: { caller: unmeasured, callee: null },
    parties: [party('caller', '1002', 'Ada Example', 'ada'), party('callee', '1001', 'Me', 'mine')],
    ...overrides,
  };
}
const mine = new Set(['mine']);

describe('a history entry', () => {
  it('is missed when it rang unanswered, whatever the caller heard', () => {
    for (const outcome of ['missed', 'cancelled', 'busy', 'unreachable', 'failed'] as const) {
      expect(toEntry(record({ outcome }), mine).kind).toBe('missed');
    }
    expect(toEntry(record({ outcome: 'declined' }), mine).kind).toBe('declined');
    expect(toEntry(record({ outcome: 'answered' }), mine).kind).toBe('incoming');
  });

  it('names the remote party', () => {
    expect(toEntry(record(), mine)).toMatchObject({ name: 'Ada Example', number: '1002' });
    expect(toEntry(record(), new Set(['ada']))).toMatchObject({ kind: 'outgoing', name: 'Me', number: '1001' });
  });

  it('is a test when the user called their own number', () => {
    const back = [party('caller', '1001', 'Me', 'mine'), party('callee', '1001', 'Me', 'mine')];
    expect(toEntry(record({ outcome: 'answered', parties: back }), mine).kind).toBe('test');
  });

  it('shows a dialled number that reached no party', () => {
    const unreached = record({ callee: '4711', callee_name: '', parties: [party('caller', '1001', 'Me', 'mine')] });
    expect(toEntry(unreached, mine)).toMatchObject({ kind: 'outgoing', number: '4711', name: '' });
  });

  it('names everybody who took part, and tells of the message that was left', () => {
    const parties = [
      party('caller', '1001', 'Me', 'mine'),
      party('callee', '1002', 'Ada Example', 'ada'),
      party('callee', '1003', 'Carol Example', 'carol'),
    ];
    const moved = toEntry(record({ outcome: 'answered', parties }), mine);
    expect(moved).toMatchObject({ name: 'Ada Example', others: ['Carol Example'], messageSeconds: undefined });
    const voicemail = record({ outcome: 'declined', answered_by: 'voicemail', message_seconds: 7.2 });
    expect(toEntry(voicemail, new Set(['ada']))).toMatchObject({ messageSeconds: 7.2, others: [] });
    expect(toEntry(record({ answered_by: 'voicemail' }), mine).messageSeconds).toBe(0);
  });

  it('shows that a party was erased', () => {
    const gone = { ...party('caller', '', '', 'ada'), number: null, name: null, erased: true };
    const found = toEntry(record({ parties: [gone, party('callee', '1001', 'Me', 'mine')] }), mine);
    expect(found).toMatchObject({ erased: true, name: '', number: '' });
  });

  it('has the lower quality of both directions', () => {
    const quality = { caller: { ...unmeasured, mos: 4.3 }, callee: { ...unmeasured, mos: 2.9 } };
    expect(toEntry(record({ quality }), mine).mos).toBe(2.9);
    expect(toEntry(record(), mine).mos).toBeUndefined();
    expect([qualityGrade(4.3), qualityGrade(3.6), qualityGrade(3.2), qualityGrade(2.9)]).toEqual([
      'good',
      'good',
      'fair',
      'poor',
    ]);
  });
});

describe('days', () => {
  it('follow the local time zone across a daylight saving change', () => {
    const at = (text: string): HistoryEntry => ({ ...toEntry(record(), mine), started: new Date(text) });
    const days = groupByDay([at('2026-03-29T23:59:00'), at('2026-03-29T00:01:00'), at('2026-03-28T23:59:00')]);
    expect(days.map((each) => [each.key, each.entries.length])).toEqual([
      ['2026-03-29', 2],
      ['2026-03-28', 1],
    ]);
    expect(daysAgo(days[0]!.date, new Date('2026-03-30T00:00:01'))).toBe(1);
    expect(daysAgo(days[1]!.date, new Date('2026-03-30T23:00:00'))).toBe(2);
  });
});

describe('the list of calls', () => {
  const from = (caller: string, overrides: Partial<CallRecord> = {}) =>
    toEntry(
      record({
        parties: [party('caller', caller, '', caller ? `x${caller}` : null), party('callee', '1001', 'Me', 'mine')],
        ...overrides,
      }),
      mine,
    );

  it('groups neighbours of the same kind with the same party; withheld numbers are never grouped', () => {
    const shown = groupNeighbours([
      from('1002'),
      from('1002'),
      from('1002', { outcome: 'answered' }),
      from('1003'),
      from(''),
      from(''),
    ]);
    expect(shown.map((each) => each.entries.length)).toEqual([2, 1, 1, 1, 1]);
    expect(shown[0]!.id).toBe(shown[0]!.entries[0]!.id);
  });

  it('hides test calls unless they are asked for', () => {
    const back = [party('caller', '1001', 'Me', 'mine'), party('callee', '1001', 'Me', 'mine')];
    const all = [from('1002'), toEntry(record({ parties: back }), mine)];
    const filter = { missedOnly: false, search: '' };
    expect(visibleEntries(all, { ...filter, tests: false })).toHaveLength(1);
    expect(visibleEntries(all, { ...filter, tests: true })).toHaveLength(2);
  });

  it('counts missed calls after a moment', () => {
    const [old, recent] = ['2026-11-24T10:00:00Z', '2026-11-24T11:00:00Z'].map((started) => from('1002', { started }));
    expect(missedSince([recent!, old!], new Date('2026-11-24T10:00:00Z'))).toEqual([recent]);
    expect(missedSince([recent!, from('1002', { outcome: 'answered' })], undefined)).toEqual([recent]);
  });
});

function setup(cached: CallRecord[] = []) {
  const store = {
    stored: cached,
    answers: {} as Record<string, { items: CallRecord[]; next: string | null } | Problem>,
    refused: undefined as Problem | undefined,
    late: false,
  };
  const me = { extensions: [{ id: 'mine' }] } as unknown as Me;
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const history = new History({
    me: () => me,
    fetchPage: (extension, cursor = '') => {
      asked.push(extension + cursor);
      const answer = store.answers[cursor] ?? Problem.unreachable();
      return answer instanceof Problem ? Promise.reject(answer) : Promise.resolve(answer);
    },
    fetchCall: (id) => {
      asked.push(id);
      return Promise.resolve(record({ id }));
    },
    remove: (id) => {
      asked.push(`-${id}`);
      if (store.late) return new Promise<void>((resolve) => waiting.push(resolve));
      return store.refused ? Promise.reject(store.refused) : Promise.resolve();
    },
    restore: (id) => {
      asked.push(`+${id}`);
      return Promise.resolve();
    },
    loadCached: () => Promise.resolve(store.stored),
    saveCached: (records) => {
      store.stored = records;
      return Promise.resolve();
    },
  });
  return { history, store, me, asked, waiting };
}

describe('the history', () => {
  it('shows the cache at once, then the server list, and caches only that', async () => {
    const [old, fresh] = [record(), record()];
    const { history, store } = setup([old]);
    const seen: string[] = [];
    history.state.subscribe((now) => seen.push(`${now.source}:${now.calls.map((each) => each.id).join()}`));
    store.answers[''] = { items: [fresh], next: null };
    await history.open();
    expect(seen).toContain(`cache:${old.id}`);
    expect(history.state.state).toMatchObject({ source: 'server', loading: false, more: false });
    expect(store.stored).toEqual([fresh]);
  });

  it('stays readable offline and marks its source', async () => {
    const { history } = setup([record(), record()]);
    await history.open();
    expect(history.state.state).toMatchObject({ source: 'cache', loading: false });
    expect(history.state.state.calls).toHaveLength(2);
    expect(history.state.state.fault?.offline).toBe(true);
  });

  it('loads earlier calls without caching them', async () => {
    const [first, second] = [record(), record()];
    const { history, store } = setup();
    store.answers[''] = { items: [second], next: 'p2' };
    store.answers['p2'] = { items: [first], next: null };
    await history.open();
    expect(history.state.state.more).toBe(true);
    await history.loadEarlier();
    expect(history.state.state.calls.map((each) => each.id)).toEqual([second.id, first.id]);
    expect(history.state.state.more).toBe(false);
    expect(store.stored).toEqual([second]);
  });

  it('refetches when a call event arrives during a request', async () => {
    const [first, second] = [record(), record()];
    const { history, store } = setup();
    store.answers[''] = { items: [first], next: null };
    const opening = history.refresh();
    store.answers[''] = { items: [second, first], next: null };
    void history.refresh();
    await opening;
    expect(history.state.state.calls.map((each) => each.id)).toEqual([second.id, first.id]);
  });

  it('keeps earlier calls loaded when a new one arrives, unless there is a gap', async () => {
    const [a, b, c, d, e] = [record(), record(), record(), record(), record()];
    const { history, store, asked } = setup();
    const shown = () => history.state.state.calls.map((each) => each.id);
    store.answers[''] = { items: [c, b], next: 'p2' };
    store.answers['p2'] = { items: [a], next: 'p3' };
    await history.open();
    await history.loadEarlier();
    store.answers[''] = { items: [d, c], next: 'p2' };
    await history.refresh();
    expect(shown()).toEqual([d.id, c.id, b.id, a.id]);
    expect(store.stored).toEqual([d, c]);
    store.answers['p3'] = { items: [], next: null };
    await history.loadEarlier();
    expect(asked.at(-1)).toBe('minep3');
    expect(history.state.state.more).toBe(false);
    store.answers[''] = { items: [e], next: 'p2' };
    await history.refresh();
    expect(shown()).toEqual([e.id]);
    expect(history.state.state.more).toBe(true);
  });

  it('restarts when it is reopened, because a party may have been erased', async () => {
    const [a, b] = [record(), record()];
    const { history, store } = setup();
    store.answers[''] = { items: [b], next: 'p2' };
    store.answers['p2'] = { items: [a], next: null };
    await history.open();
    await history.loadEarlier();
    await history.open();
    expect(history.state.state.calls.map((each) => each.id)).toEqual([b.id]);
    expect(history.state.state.more).toBe(true);
  });

  it('merges the calls of several extensions', async () => {
    const { history, store, me, asked } = setup();
    const [a, b, c] = [record(), record(), record()];
    (me as { extensions: unknown[] }).extensions = [{ id: 'mine' }, { id: 'desk' }];
    store.answers[''] = { items: [a, c, b], next: null };
    await history.open();
    expect(asked).toEqual(['mine', 'desk']);
    expect(history.state.state.calls.map((each) => each.id)).toEqual([c.id, b.id, a.id]);
  });

  it('searches by name without accents, by number, and among missed calls', async () => {
    const { history, store } = setup();
    const zoe = [party('caller', '+49301234', 'Zoé Beispiel', null), party('callee', '1001', 'Me', 'mine')];
    store.answers[''] = { items: [record({ outcome: 'answered' }), record({ parties: zoe })], next: null };
    await history.open();
    const filter = { missedOnly: false, tests: false };
    const names = () =>
      visibleEntries(history.state.state.calls, { ...filter, search: history.state.state.search }).map(
        (each) => each.name,
      );
    history.search('zoe');
    expect(names()).toEqual(['Zoé Beispiel']);
    history.search('030 12'.slice(1));
    expect(names()).toEqual(['Zoé Beispiel']);
    history.search('');
    filter.missedOnly = true;
    expect(names()).toEqual(['Zoé Beispiel']);
  });

  it('removes calls at once, puts them back, and shows them again if that is refused', async () => {
    const { history, store, asked } = setup();
    const [a, b] = [record(), record()];
    const shown = () => history.state.state.calls.map((each) => each.id);
    store.answers[''] = { items: [b, a], next: null };
    await history.open();
    store.answers[''] = { items: [b], next: null };
    const removing = history.remove([a.id]);
    expect(shown()).toEqual([b.id]);
    await removing;
    expect(shown()).toEqual([b.id]);
    store.answers[''] = { items: [b, a], next: null };
    await history.restore([a.id]);
    expect(shown()).toEqual([b.id, a.id]);
    store.refused = new Problem('full', 507, 'Full.');
    await history.remove([b.id]);
    expect(shown()).toEqual([b.id, a.id]);
    expect(history.state.state.refused?.code).toBe('full');
    expect(asked.filter((each) => /^[-+]/.test(each))).toEqual([`-${a.id}`, `+${a.id}`, `-${b.id}`]);
  });

  it('puts calls back only after they were removed, and not in the session of another user', async () => {
    const { history, store, asked, waiting } = setup();
    store.late = true;
    const changes = [history.remove(['a']), history.restore(['a'])];
    await eventually(() => expect(waiting).toHaveLength(1));
    expect(asked).toEqual(['-a']);
    waiting[0]!();
    await Promise.all(changes);
    expect(asked.filter((each) => /^[-+]/.test(each))).toEqual(['-a', '+a']);
    const last = [history.remove(['b']), history.restore(['b'])];
    await eventually(() => expect(waiting).toHaveLength(2));
    history.clear();
    waiting[1]!();
    await Promise.all(last);
    expect(asked).not.toContain('+b');
  });

  it('finds a loaded call, and fetches an older one', async () => {
    const { history, store, asked } = setup();
    const loaded = record();
    store.answers[''] = { items: [loaded], next: null };
    await history.open();
    expect((await history.find(loaded.id)).id).toBe(loaded.id);
    expect(asked).not.toContain(loaded.id);
    expect((await history.find('older')).id).toBe('older');
  });

  it('is cleared on sign-out and ignores late responses', async () => {
    const { history, store } = setup();
    store.answers[''] = { items: [record()], next: null };
    const opening = history.open();
    history.clear();
    await opening;
    expect(history.state.state).toMatchObject({ source: 'none', calls: [] });
    expect(store.stored).toEqual([]);
  });
});
