import { expect, test } from 'vitest';
import { Typing } from './typing';

function world() {
  let now = 0;
  const timers: { at: number; work: () => void }[] = [];
  const sent: string[] = [];
  const typing = new Typing({
    send: async (conversation) => sent.push(conversation),
    now: () => now,
    after: (seconds, work) => timers.push({ at: now + seconds, work }),
  });
  const advance = (seconds: number) => {
    now += seconds;
    for (const each of timers.splice(0)) {
      if (each.at <= now) each.work();
      else timers.push(each);
    }
  };
  return { typing, sent, advance };
}

test('a sign is sent every few seconds at most, for each conversation', () => {
  const { typing, sent, advance } = world();
  typing.typed('a');
  typing.typed('a');
  typing.typed('b');
  expect(sent).toEqual(['a', 'b']);
  advance(4);
  typing.typed('a');
  expect(sent).toEqual(['a', 'b', 'a']);
});

test('a member is shown until some seconds after the last sign, or until the message', () => {
  const { typing, advance } = world();
  typing.receive('a', 'ben');
  advance(4);
  typing.receive('a', 'ben');
  typing.receive('a', 'cleo');
  advance(4);
  expect(typing.writers.state.a).toEqual(['ben', 'cleo']);
  typing.stopped('a', 'cleo');
  expect(typing.writers.state.a).toEqual(['ben']);
  advance(2);
  expect(typing.writers.state.a).toEqual([]);
});
