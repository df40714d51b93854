import { expect, test } from 'vitest';
import { Captions } from './captions';

const caption = (participant: string, text: string) => ({ room: 'r', participant, text });

test('the two newest captions are shown, each until its time is over', () => {
  const due: (() => void)[] = [];
  const captions = new Captions((task) => due.push(task));
  for (const text of ['one', 'two', 'three']) captions.handle(caption('p', text));
  const texts = () => captions.state.state.lines.map((each) => each.text);
  expect(texts()).toEqual(['two', 'three']);
  due[1]?.();
  expect(texts()).toEqual(['three']);
  due[2]?.();
  expect(texts()).toEqual([]);
});

test('captions that are behind are marked until the next one', () => {
  const captions = new Captions(() => undefined);
  captions.handle(caption('p', 'one'));
  captions.handle({ room: 'r' });
  expect(captions.state.state).toMatchObject({ behind: true, lines: [{ text: 'one' }] });
  captions.handle(caption('q', 'two'));
  expect(captions.state.state).toMatchObject({ behind: false, lines: [{ text: 'one' }, { text: 'two' }] });
});
