import { expect, test } from 'vitest';
import { choosing, chosenNumber, leadingNumber, savingEach } from './shown-for';

const number = (id: string, destination: string, ...shown_for: string[]) => ({
  id,
  display: id,
  destination,
  shown_for,
});

test('a number is chosen for a queue or leads there', () => {
  const numbers = [number('1', 'queue:6500/5'), number('2', 'hangup', '1001', 'queue:6500')];
  expect(leadingNumber('queue:6500', numbers)?.id).toBe('1');
  expect(chosenNumber('queue:6500', numbers)?.id).toBe('2');
  expect(leadingNumber('queue:6501', numbers)).toBeUndefined();
  expect(leadingNumber('1001', [...numbers, number('3', 'extension:1001')])?.id).toBe('3');
  expect(chosenNumber('group:6500', numbers)).toBeUndefined();
});

test('another number is chosen in place of the former one, whose other owners stay', () => {
  const numbers = [number('1', 'hangup', '1001', 'queue:6500'), number('2', 'hangup', '1002'), number('3', 'hangup')];
  expect(choosing('queue:6500', '2', numbers)).toEqual([
    { id: '2', shown_for: ['1002', 'queue:6500'] },
    { id: '1', shown_for: ['1001'] },
  ]);
  expect(choosing('queue:6500', '', numbers)).toEqual([{ id: '1', shown_for: ['1001'] }]);
  expect(choosing('queue:6500', '1', numbers)).toEqual([]);
});

test('a change is refused if others have changed the number meanwhile, also when it is taken back', async () => {
  const conditions: unknown[] = [];
  const store = savingEach([{ id: '1', version: 'a' }], async ({ shown_for }, headers) => {
    conditions.push(headers);
    return { data: { version: shown_for.join() } };
  });
  await store([{ id: '1', shown_for: ['1001'] }]);
  await store([{ id: '1', shown_for: [] }]);
  expect(conditions).toEqual([{ 'if-match': '"a"' }, { 'if-match': '"1001"' }]);
});
