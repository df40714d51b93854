import { describe, expect, it, vi } from 'vitest';
import { ContactNames, type ContactName } from './names';

const MOTHER: ContactName = { name: 'Mother', book: 'personal', id: 'c-1' };

function setup(answer: (numbers: string[]) => Iterable<[string, ContactName]> = () => [['+491711234567', MOTHER]]) {
  const find = vi.fn((numbers: string[]) => Promise.resolve().then(() => answer(numbers)));
  const works: (() => void)[] = [];
  const names = new ContactNames({ find, soon: (work) => works.push(work) });
  const settle = async () => {
    for (const work of works.splice(0)) work();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { names, find, settle };
}

describe('names of numbers', () => {
  it('are asked for together and once', async () => {
    const { names, find, settle } = setup();
    for (const number of ['+491711234567', '+49301234567', '+491711234567', 'anonymous', '']) names.want(number);
    await settle();
    names.want('+49301234567');
    await settle();
    expect(find.mock.calls).toEqual([[['+491711234567', '+49301234567']]]);
    expect([...names.state.state]).toEqual([['+491711234567', MOTHER]]);
  });

  it('are asked for again after the contacts have changed, and removed with their contact', async () => {
    let found: [string, ContactName][] = [['+491711234567', MOTHER]];
    const { names, settle } = setup(() => found);
    names.want('+491711234567');
    await settle();
    found = [];
    names.refresh();
    await settle();
    expect(names.state.state.size).toBe(0);
  });

  it('are asked for again after a fault', async () => {
    let fails = true;
    const { names, find, settle } = setup(() => {
      if (fails) throw new Error('offline');
      return [['+491711234567', MOTHER]];
    });
    names.want('+491711234567');
    await settle();
    fails = false;
    names.want('+491711234567');
    await settle();
    expect(find).toHaveBeenCalledTimes(2);
    expect(names.state.state.get('+491711234567')).toBe(MOTHER);
  });

  it('of a former user do not appear after sign-out', async () => {
    const { names, settle } = setup();
    names.want('+491711234567');
    const pending = settle();
    names.clear();
    await pending;
    await settle();
    expect(names.state.state.size).toBe(0);
  });
});
