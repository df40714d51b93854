import { Menu, Transition } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Drawer } from './Drawer';
import { keepFocusInDialogs, leaveMenus, restoreFocusOfDisabled } from './focus';
import { eventually } from '../../test/eventually';
import { click, rendered } from '../../test/rendered';

it('a control that was disabled while it was saved has the focus again, unless the user has moved on', async () => {
  onTestFinished(restoreFocusOfDisabled());
  const place = document.body.appendChild(document.createElement('div'));
  onTestFinished(() => place.remove());
  place.innerHTML = '<input id="saved"><input id="other">';
  const [saved, other] = [...place.querySelectorAll('input')] as [HTMLInputElement, HTMLInputElement];
  const observed = () => new Promise((resolve) => queueMicrotask(() => queueMicrotask(() => resolve(undefined))));
  const save = async (meanwhile?: () => void) => {
    saved.focus();
    saved.disabled = true;
    await observed();
    saved.blur(); // as browsers do
    meanwhile?.();
    saved.disabled = false;
    await observed();
  };
  await save();
  expect(document.activeElement).toBe(saved);
  await save(() => other.focus());
  expect(document.activeElement).toBe(other);
  await save(() => document.body.dispatchEvent(new Event('pointerdown', { bubbles: true })));
  expect(document.activeElement).toBe(document.body);
});

interface ListProps {
  /** The text of the button that opens the drawer. */
  text: string;
  /** Whether it stands elsewhere once there is an item. */
  moves: boolean;
  onSave?: () => void;
  /** The drawer was closed, and its transition has ended. */
  onClosed?: () => void;
}

function List({ text, moves, onSave, onClosed }: ListProps) {
  const [items, setItems] = useState(0);
  const [opened, setOpened] = useState(false);
  const add = <button onClick={() => setOpened(true)}>{text}</button>;
  const save = () => {
    setItems(1);
    setOpened(false);
    onSave?.();
  };
  return (
    <main>
      <h1 tabIndex={-1}>Things</h1>
      {items > 0 && moves && <header>{add}</header>}
      {items === 0 && <p>{add}</p>}
      <button aria-label="Other" />
      <Drawer opened={opened} onClose={() => setOpened(false)} title="New">
        <button id="save" onClick={save} />
      </Drawer>
      <Transition mounted={opened} onExited={onClosed}>
        {() => <p />}
      </Transition>
    </main>
  );
}

async function openAndSave(list: ReactElement): Promise<void> {
  const place = rendered(list);
  await eventually(() => expect(place.querySelector('button')).not.toBeNull());
  place.querySelector('button')!.focus();
  await click('main button');
  await click('#save');
}

it.each([
  ['the button that has taken its place', 'New', true, 'New'],
  ['the title of the page', 'New', false, 'Things'],
  ['the title of the page, if it had an icon only', '', false, 'Things'],
])('a drawer whose opener is gone leaves the focus to %s', async (_, text, moves, expected) => {
  await openAndSave(<List text={text} moves={moves} />);
  await eventually(() => expect(document.activeElement?.textContent).toBe(expected));
});

it('a drawer whose opener is gone leaves the focus where it was moved meanwhile', async () => {
  const other = () => document.querySelector<HTMLElement>('[aria-label=Other]');
  const closed = vi.fn<() => void>();
  await openAndSave(<List text="New" moves onSave={() => other()!.focus()} onClosed={closed} />);
  await eventually(() => expect(closed).toHaveBeenCalledOnce());
  expect(document.activeElement).toBe(other());
});

it('a dialog leaves the focus where it was moved after it opened', async () => {
  onTestFinished(keepFocusInDialogs());
  const trap = vi.spyOn(HTMLElement.prototype, 'focus');
  const moves = () => trap.mock.calls.filter(([options]) => options?.preventScroll).length;
  const field = (name: string) => document.querySelector<HTMLInputElement>(`[name=${name}]`);
  const goOn = () => moves() === 1 && queueMicrotask(() => field('second')!.focus());
  rendered(
    <Drawer opened title="New" onClose={() => undefined}>
      <form>
        <input name="first" onFocus={goOn} />
        <input name="second" />
      </form>
    </Drawer>,
  );
  await eventually(() => expect(moves()).toBe(2));
  expect(document.activeElement).toBe(field('second'));
});

it('the button of a menu has the focus when a chosen item acts, so that a dialog returns it there', async () => {
  onTestFinished(leaveMenus());
  const act = vi.fn(() => document.activeElement);
  rendered(
    <Menu>
      <Menu.Target>
        <button data-is="menu" />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item data-is="item" onClick={act} />
      </Menu.Dropdown>
    </Menu>,
  );
  const press = (name: string) =>
    eventually(() => {
      const control = document.querySelector<HTMLElement>(`[data-is=${name}]`);
      expect(control).not.toBeNull();
      control!.focus();
      control!.click();
    });
  await press('menu');
  await press('item');
  expect(act.mock.results).toEqual([{ type: 'return', value: document.querySelector('[data-is=menu]') }]);
});
