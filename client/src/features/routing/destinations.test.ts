import { describe, expect, it } from 'vitest';
import { difference, savingChange } from './changes';
import { choiceOf, destinationsIn, freeNumber, isComplete, isMissing, outsideName } from './destinations';
import { parseDestination, withChoice, withoutPriority, withPriority } from './destinations';
import { moved } from './order';

const TARGETS = {
  group: [{ value: 'group:6000', label: 'Sales · 6000' }],
  queue: [{ value: 'queue:6001', label: 'Support · 6001' }],
  prompt: [],
};

describe('a destination', () => {
  it('is chosen by kind, then by name', () => {
    expect(choiceOf('group:6000')).toBe('group');
    expect(withChoice('group')).toBe('group:');
    expect(isComplete('group:')).toBe(false);
    expect(isComplete('group:6000')).toBe(true);
  });

  it('may be complete without a name', () => {
    for (const fixed of ['hangup', 'hangup:busy', 'app:names']) {
      expect([choiceOf(fixed), withChoice(fixed), isComplete(fixed)]).toEqual([fixed, fixed, true]);
    }
    expect([choiceOf('app:echo'), withChoice('app:echo')]).toEqual(['app:echo', 'app:echo']);
    expect([choiceOf(''), withChoice(''), isComplete('')]).toEqual(['', '', false]);
  });

  it('is missing only if the list of its kind is known', () => {
    expect(isMissing('group:6000', TARGETS)).toBe(false);
    expect(isMissing('group:6009', TARGETS)).toBe(true);
    expect(isMissing('menu:7000', TARGETS)).toBe(false);
    expect(isMissing('prompt:welcome', TARGETS)).toBe(true);
    expect(isMissing('prompt:voicemail/leave', TARGETS)).toBe(false);
    expect(isMissing('group:', TARGETS)).toBe(false);
  });

  it('in a queue may have a priority', () => {
    expect(parseDestination('queue:6001/5')).toEqual({ kind: 'queue', name: '6001', priority: 5 });
    expect(isMissing('queue:6001/5', TARGETS)).toBe(false);
    expect(isMissing('queue:6002/5', TARGETS)).toBe(true);
    expect([withPriority('queue:6001', 5), withPriority('queue:6001/5', 0)]).toEqual(['queue:6001/5', 'queue:6001']);
    expect([withPriority('prompt:digits/5', 1), withoutPriority('prompt:digits/5')]).toEqual([
      'prompt:digits/5',
      'prompt:digits/5',
    ]);
  });

  it('is found in the texts of the server', () => {
    expect(destinationsIn('group:6000 is used by menu:7000, hours:office.')).toEqual([
      'group:6000',
      'menu:7000',
      'hours:office',
    ]);
    expect(destinationsIn('The destinations form a loop: group:6000 → hours:office → group:6000.')).toEqual([
      'group:6000',
      'hours:office',
      'group:6000',
    ]);
    expect(destinationsIn('This number is already in use.')).toEqual([]);
  });

  it('outside is a number as typed', () => {
    expect(outsideName('+49 (30) 123-45')).toBe('+493012345');
  });
});

it('a free number is one that nothing has', () => {
  expect(freeNumber(6000, TARGETS)).toBe('6002');
});

it('a row moves up and down', () => {
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
});

describe('saving', () => {
  const sent: unknown[] = [];
  const requests = {
    create: async (body: object) => (sent.push(['create', body]), { data: { id: 'new', version: 'v0' } }),
    update: async (id: string, body: object, headers?: object) => {
      sent.push(['update', id, body, ...(headers ? [headers] : [])]);
      return { data: { version: `v${sent.length}` } };
    },
    remove: async (id: string, headers?: object) => sent.push(['remove', id, headers]),
  };

  it('sends changed fields only, and takes them back', async () => {
    sent.length = 0;
    const [before, after] = [
      { name: 'Sales', members: ['1', '2'] },
      { name: 'Sales', members: ['2', '1'] },
    ];
    expect(difference(before, after)).toEqual({ members: ['2', '1'] });
    const change = savingChange({ id: 'g', before, after, message: '' }, requests);
    await change.apply();
    await change.undo!();
    expect(sent).toEqual([
      ['update', 'g', { members: ['2', '1'] }],
      ['update', 'g', { members: ['1', '2'] }, { 'if-match': '"v1"' }],
    ]);
  });

  it('states which version was read, and takes back only its own', async () => {
    sent.length = 0;
    const change = savingChange({ id: 'g', version: 'v0', before: { a: 1 }, after: { a: 2 }, message: '' }, requests);
    await change.apply();
    await change.undo!();
    expect(sent).toEqual([
      ['update', 'g', { a: 2 }, { 'if-match': '"v0"' }],
      ['update', 'g', { a: 1 }, { 'if-match': '"v1"' }],
    ]);
  });

  it('removes what it has created, unless others have changed it', async () => {
    sent.length = 0;
    const change = savingChange({ before: { name: '' }, after: { name: 'New' }, message: '' }, requests);
    await change.apply();
    await change.undo!();
    expect(sent).toEqual([
      ['create', { name: 'New' }],
      ['remove', 'new', { 'if-match': '"v0"' }],
    ]);
  });
});
