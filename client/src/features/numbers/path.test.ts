import { describe, expect, it } from 'vitest';
import { editorOf } from './editors';
import { numberPath, type PathBranch, type RoutingLists } from './path';

const LISTS: RoutingLists = {
  hours: [{ id: 'h', name: 'office', then: 'menu:7000', otherwise: 'mailbox:1001', is_open: true }],
  menus: [
    {
      id: 'm',
      number: '7000',
      keys: { '0': 'extension:1001', '1': 'group:6000', '2': 'queue:6500/9', '#': 'group:6000' },
      otherwise: 'group:6000',
    },
  ],
  groups: [{ id: 'g', number: '6000', members: ['1001', '1002+1003'], otherwise: 'mailbox:6000' }],
  queues: [{ id: 'q', number: '6500', agents: [{ extension: '1004' }], otherwise: '' }],
};

/** The tree as indented lines. */
function lines(branches: PathBranch[], indent = ''): string[] {
  return branches.flatMap(({ condition, current, to }) => {
    const when = 'key' in condition ? condition.key : 'pattern' in condition ? condition.pattern : condition.kind;
    const rings = to.rings.length ? ` [${to.rings.join(' ')}]` : '';
    const line = `${indent}${when}${current ? '*' : ''} ${to.destination}${rings}${to.cut ? ' …' : ''}`;
    return [line, ...lines(to.branches, `${indent}  `)];
  });
}

describe('the way of the calls to a number', () => {
  it('goes through hours, menu, groups and queues to the mailbox, in the order of keys', () => {
    expect(lines(numberPath({ destination: 'hours:office', callers: [] }, LISTS))).toEqual([
      'always hours:office',
      '  open* menu:7000',
      '    1 group:6000 [1001 1002 1003]',
      '      unanswered mailbox:6000',
      '    2 queue:6500/9 [1004]',
      '    0 extension:1001',
      '    # group:6000 [1001 1002 1003] …',
      '    no_entry group:6000 [1001 1002 1003] …',
      '  closed mailbox:1001',
    ]);
  });

  it('begins with the rules for callers', () => {
    const callers = [{ pattern: '+4930.', destination: 'extension:1002' }];
    expect(lines(numberPath({ destination: 'hangup', callers }, LISTS))).toEqual([
      '+4930. extension:1002',
      'others hangup',
    ]);
  });

  it('ends at destinations that are not known, and without one', () => {
    expect(lines(numberPath({ destination: 'menu:7999', callers: [] }, LISTS))).toEqual(['always menu:7999']);
    expect(numberPath({ destination: '', callers: [] }, LISTS)).toEqual([]);
  });

  it('ends for lists with a loop', () => {
    const hours = [
      { id: 'a', name: 'a', then: 'hours:b', otherwise: 'hours:a', is_open: false },
      { id: 'b', name: 'b', then: 'hours:a', otherwise: 'hangup', is_open: false },
    ];
    expect(lines(numberPath({ destination: 'hours:a', callers: [] }, { ...LISTS, hours }))).toEqual([
      'always hours:a',
      '  open hours:b',
      '    open hours:a …',
      '    closed* hangup',
      '  closed* hours:a …',
    ]);
  });

  it('ends for a chain that is too long', () => {
    const hours = Array.from({ length: 500 }, (_, each) => ({
      id: `${each}`,
      name: `h${each}`,
      then: `hours:h${each + 1}`,
      otherwise: `hours:h${each + 1}`,
      is_open: true,
    }));
    const all = lines(numberPath({ destination: 'hours:h0', callers: [] }, { ...LISTS, hours }));
    expect(all.length).toBeLessThan(40);
    expect(all.at(-1)).toMatch(/…$/);
  });
});

describe('the editor of a destination', () => {
  const extensions = [
    { id: 'x1', number: '1001', person_id: 'p1' },
    { id: 'x2', number: '1002', person_id: null },
  ];
  const editor = (destination: string) => {
    const found = editorOf(destination, extensions, LISTS);
    return found && [found.to, found.search?.item ?? found.search?.tab].filter(Boolean).join(' ');
  };

  it('is the page of the item', () => {
    expect(['hours:office', 'menu:7000', 'group:6000', 'queue:6500/5'].map(editor)).toEqual([
      '/hours h',
      '/menus m',
      '/groups g',
      '/queues q',
    ]);
    expect(editor('room:8000')).toBe('/rooms');
  });

  it('is the page of the person or the phone', () => {
    expect(['extension:1001', 'mailbox:1001', 'extension:1002', 'mailbox:6000'].map(editor)).toEqual([
      '/people/p1',
      '/people/p1 voicemail',
      '/phones/x2',
      '/voicemail',
    ]);
  });

  it('does not exist for what has none', () => {
    expect(['hangup', 'number:+4930', 'menu:7999', 'extension:1999'].map(editor)).toEqual(Array(4).fill(undefined));
  });
});
