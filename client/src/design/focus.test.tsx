import { useState } from 'react';
import { expect, it, onTestFinished } from 'vitest';
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

function List({ same }: { same: boolean }) {
  const [items, setItems] = useState(0);
  const [opened, setOpened] = useState(false);
  const add = <button onClick={() => setOpened(true)}>New</button>;
  const save = () => {
    setItems(1);
    setOpened(false);
  };
  return (
    <main>
      <h1 tabIndex={-1}>Things</h1>
      {items > 0 && same && <header>{add}</header>}
      {items === 0 && <p>{add}</p>}
      <Drawer opened={opened} onClose={() => setOpened(false)} title="New">
        <button id="save" onClick={save} />
      </Drawer>
    </main>
  );
}

it.each([
  ['the button that has taken its place', true, 'New'],
  ['the title of the page', false, 'Things'],
])('a drawer whose opener is gone leaves the focus to %s', async (_, same, expected) => {
  const place = rendered(<List same={same} />);
  await eventually(() => expect(place.querySelector('button')).not.toBeNull());
  place.querySelector('button')!.focus();
  await click('main button');
  await click('#save');
  await eventually(() => expect(document.activeElement?.textContent).toBe(expected));
});
