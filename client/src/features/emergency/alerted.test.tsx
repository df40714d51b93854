import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Alerted } from './Alerted';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

it('a change begins once the one before is saved, from the list that it left', async () => {
  let policy = { version: '1', alerted: ['a', 'b', 'c'] };
  const answers: (() => void)[] = [];
  vi.spyOn(api, 'listExtensions').mockResolvedValue({ data: { items: [], next: null } } as never);
  vi.spyOn(api, 'showFraudStatus').mockImplementation(async () => ({ data: { policy } }) as never);
  const change = vi.spyOn(api, 'changeCallingPolicy').mockImplementation(
    ({ body }) =>
      new Promise((resolve) => {
        answers.push(() => {
          policy = { version: `${Number(policy.version) + 1}`, alerted: body.alerted ?? [] };
          resolve({ data: policy } as never);
        });
      }) as never,
  );
  const place = rendered(<Alerted />);
  const crosses = () => [...place.querySelectorAll<HTMLElement>('.mantine-Pill-remove')];
  const field = () => place.querySelector('input')!;
  await eventually(() => expect(crosses()).toHaveLength(3));
  field().focus();
  crosses()[0]!.click();
  await eventually(() => expect(answers).toHaveLength(1));
  await eventually(() => expect(field().readOnly).toBe(true));
  expect(crosses()).toEqual([]);
  expect(document.activeElement).toBe(field());
  answers[0]!();
  await eventually(() => expect(crosses()).toHaveLength(2));
  crosses()[0]!.click();
  await eventually(() => expect(answers).toHaveLength(2));
  expect(change.mock.calls.map(([{ body, headers }]) => [body.alerted, headers])).toEqual([
    [['b', 'c'], { 'if-match': '"1"' }],
    [['c'], { 'if-match': '"2"' }],
  ]);
});
