import { expect, test } from 'vitest';
import type { CallRecord } from '~/api';
import { isTestCall, messagePage } from './message';

const party = (number: string, extension_id: string | null = null) => ({ number, extension_id });
const call = (parties: object[], mailbox?: string, message_seconds: number | null = 7) =>
  ({
    answered_by: 'voicemail',
    message_seconds,
    parties,
    steps: mailbox
      ? [
          { kind: 'extension', number: '1001' },
          { kind: 'mailbox', number: mailbox },
        ]
      : [],
  }) as unknown as CallRecord;
const extensions = [
  { id: 'a', number: '1001', person_id: 'ada' },
  { id: 'b', number: '1002', person_id: null },
];

test('a message is in the mailbox that the call came to', () => {
  const parties = [party('+49301'), party('1001', 'a')];
  expect(messagePage(call(parties), extensions)).toEqual({ to: '/people/ada', search: { tab: 'voicemail' } });
  expect(messagePage(call(parties, '1002'), extensions)).toEqual({ to: '/phones/b' });
  expect(messagePage(call(parties, '6100'), extensions)).toEqual({ to: '/voicemail' });
});

test('a call without a message leads nowhere', () => {
  expect(messagePage(call([party('1'), party('1001', 'a')], undefined, null), extensions)).toBeUndefined();
  expect(messagePage({ ...call([party('1')]), answered_by: null }, extensions)).toBeUndefined();
});

test('a call to the own number is a test', () => {
  expect(isTestCall(call([party('1001', 'a'), party('1001', 'a')]))).toBe(true);
  expect(isTestCall(call([party('1001', 'a'), party('1002', 'b')]))).toBe(false);
  expect(isTestCall(call([party('+491'), party('+492')]))).toBe(false);
});
