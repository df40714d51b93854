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

it('runs again for a call made at the end of a run', async () => {
  for (let microtasks = 0; microtasks < 8; microtasks += 1) {
    let [begun, answer] = [0, () => {}];
    const refresh = coalesce(() => new Promise<void>((resolve) => ([begun, answer] = [begun + 1, resolve])));
    void refresh();
    answer();
    for (let count = 0; count < microtasks; count += 1) await undefined;
    void refresh();
    await expect.poll(() => begun, { message: `after ${microtasks} microtasks` }).toBe(2);
  }
});
