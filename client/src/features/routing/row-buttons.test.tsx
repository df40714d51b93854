import { useState } from 'react';
import { expect, it } from 'vitest';
import { RowButtons } from './RowButtons';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

function Order({ keyed }: { keyed: boolean }) {
  const [rows, setRows] = useState(['a', 'b', 'c', 'd']);
  return (
    <form>
      {rows.map((row, at) => (
        <div key={keyed ? row : at}>
          <span>{row}</span>
          <RowButtons rows={rows} at={at} onChange={setRows} name={row} ordered />
        </div>
      ))}
    </form>
  );
}

it.each([
  ['of their own', true],
  ['that are their places', false],
])('the focus follows a row, with keys %s', async (_, keyed) => {
  const place = rendered(<Order keyed={keyed} />);
  const focused = () => document.activeElement as HTMLElement;
  const order = () => [...place.querySelectorAll('span')].map(({ textContent }) => textContent).join('');
  const press = () => {
    focused().click();
    return [order(), focused().ariaLabel ?? focused().getAttribute('aria-label')];
  };
  const focus = (name: string) => place.querySelector<HTMLElement>(`[aria-label="${name}"]`)!.focus();
  await eventually(() => expect(order()).toBe('abcd'));
  focus('Move down: a');
  expect([press(), press(), press()]).toEqual([
    ['bacd', 'Move down: a'],
    ['bcad', 'Move down: a'],
    ['bcda', 'Move up: a'], // it cannot move down any more
  ]);
  focus('Remove: d');
  expect([press(), press()]).toEqual([
    ['bca', 'Remove: a'],
    ['bc', 'Remove: c'],
  ]);
});
