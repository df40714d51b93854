import { Transition } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Drawer } from './Drawer';
import { restoreFocusOfDisabled } from './focus';
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
