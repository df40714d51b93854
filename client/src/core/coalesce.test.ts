import { expect, it } from 'vitest';
import { coalesce } from './coalesce';

it('merges calls made while a request is pending into one later request', async () => {
  const answers: (() => void)[] = [];
  const refresh = coalesce(() => new Promise((answer) => answers.push(answer)));
  let resolved = 0;
  for (let caller = 0; caller < 3; caller += 1) void refresh().then(() => (resolved += 1));
  expect(answers).toHaveLength(1);
  answers[0]!();
  await expect.poll(() => answers).toHaveLength(2);
  expect(resolved).toBe(0);
  answers[1]!();
  await expect.poll(() => resolved).toBe(3);
  expect(answers).toHaveLength(2);
});

it('runs again after a failure', async () => {
  let fails = true;
  const refresh = coalesce(() => (fails ? Promise.reject(new Error('away')) : Promise.resolve()));
  await expect(refresh()).rejects.toThrow('away');
  fails = false;
  await refresh();
});
