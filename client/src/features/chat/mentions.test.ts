import { describe, expect, test } from 'vitest';
import type { Conversation, ConversationMember } from '~/api';
import { candidates, decodeMentions, encodeMentions, mentionQuery, withNames } from './mentions';

const member = (person_id: string, name: string, number: string, own = false) =>
  ({ person_id, name, number, own }) as ConversationMember;
const ADA = member('p-ada', 'Ada', '1001', true);
const ANN = member('p-ann', 'Ann', '1002');
const ANNA = member('p-anna', 'Ann Arbor', '1003');
const BEN = member('p-ben', 'Ben', '1004');
const OTHER_BEN = member('p-ben2', 'Ben', '1005');
const ALL = [ADA, ANN, ANNA, BEN, OTHER_BEN];

describe('mentions', () => {
  test.each([
    ['@Ann, hello', '@[p-ann], hello', ['p-ann']],
    ['@Ann Arbor and @Ann', '@[p-anna] and @[p-ann]', ['p-anna', 'p-ann']],
    ['@Anne', '@Anne', []],
    ['mail@Ann', 'mail@Ann', []],
    ['@Ben (1005)', '@[p-ben2]', ['p-ben2']],
    ['@Ben', '@Ben', []],
  ])('%s is stored as %s', (shown, stored, mentions) => {
    expect(encodeMentions(shown, ALL)).toEqual({ text: stored, mentions });
  });

  test('a name that is shown again for editing gives the same reference', () => {
    const text = '@[p-ben2] @[p-ann] @[p-gone] @[]';
    expect(decodeMentions(text, ALL)).toBe('@Ben (1005) @Ann @[p-gone] @[]');
    expect(encodeMentions(decodeMentions(text, ALL), ALL)).toEqual({ text, mentions: ['p-ben2', 'p-ann'] });
  });

  test('a changed name is shown in its place', () => {
    const names: Record<string, string> = { '': 'Deleted user', 'p-ann': 'Ann Berger' };
    expect(withNames('@[p-ann], @[] x@y.z', (person) => names[person] ?? '?')).toBe('@Ann Berger, @Deleted user x@y.z');
  });

  test.each([
    ['@', 1, { from: 0, query: '' }],
    ['hi @an', 6, { from: 3, query: 'an' }],
    ['hi @an there', 6, { from: 3, query: 'an' }],
    ['mail@an', 7, undefined],
    ['@ an', 4, undefined],
    ['@a\nb', 4, undefined],
    ['text', 4, undefined],
  ])('in %j at %i', (text, caret, found) => {
    expect(mentionQuery(text, caret)).toEqual(found);
  });

  test('offer others, by parts of the name or number', () => {
    const conversation = { members: ALL } as Conversation;
    const offered = (query: string) => candidates(conversation, query).map((each) => each.person_id);
    expect(offered('an')).toEqual(['p-ann', 'p-anna']);
    expect(offered('arb')).toEqual(['p-anna']);
    expect(offered('1005')).toEqual(['p-ben2']);
    expect(offered('ada')).toEqual([]);
  });
});
