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

it.each(['succeeds', 'fails'])('runs again for a call made at the end of a run that %s', async (end) => {
  for (let microtasks = 0; microtasks < 8; microtasks += 1) {
    const ends: (() => void)[] = [];
    const refresh = coalesce(
      () => new Promise<void>((succeed, fail) => ends.push(end === 'fails' ? () => fail(new Error('away')) : succeed)),
    );
    refresh().catch(() => undefined);
    ends[0]!();
    for (let count = 0; count < microtasks; count += 1) await undefined;
    refresh().catch(() => undefined);
    await expect.poll(() => ends, { message: `after ${microtasks} microtasks` }).toHaveLength(2);
  }
});

it('ends as the last run does', async () => {
  const [fails, succeeds] = [() => Promise.reject(new Error('away')), () => Promise.resolve()];
  const runs = [fails, succeeds, succeeds, fails];
  const refresh = coalesce(() => runs.shift()!());
  await Promise.all([refresh(), refresh()]);
  await expect(Promise.all([refresh(), refresh()])).rejects.toThrow('away');
  expect(runs).toEqual([]);
});
