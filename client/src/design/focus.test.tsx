import { Menu, Transition } from '@mantine/core';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router';
import { IconUsers } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { createPortal } from 'react-dom';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Drawer } from './Drawer';
import { EmptyState } from './EmptyState';
import { focusTitles, keepFocusInDialogs, leaveMenus, leaveRemoved, restoreFocusOfDisabled } from './focus';
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

/** Focus a control by its text once it is shown, and press it. */
const pressText = (text: string) =>
  eventually(() => {
    const control = [...document.querySelectorAll<HTMLElement>('a, button')].find((each) => each.textContent === text);
    expect(control).toBeDefined();
    control!.focus();
    expect(document.activeElement).toBe(control);
    control!.click();
  });

const dialogHasFocus = () => eventually(() => expect(document.activeElement?.closest('[role=dialog]')).not.toBeFalsy());

const focusedText = () => document.activeElement?.textContent;

/** A page with a button in one of its parts that goes when it is pressed. */
function Parts({ of }: { of: string }) {
  const [shown, setShown] = useState(true);
  const remove = (part: string) => of === part && shown && <button onClick={() => setShown(false)}>Remove</button>;
  return (
    <>
      <main>
        <h1>People</h1>
        <section>
          <h2>Steps</h2>
          <div>{remove('section')}</div>
        </section>
        {of === 'page' && shown && <EmptyState icon={IconUsers} text="None" action={remove('page')} />}
      </main>
      <div role="dialog">
        <h2>New</h2>
        <form>{remove('dialog')}</form>
      </div>
    </>
  );
}

it.each([
  ['section', 'Steps'],
  ['page', 'People'],
  ['dialog', 'New'],
])('a control that is removed leaves the focus to the heading of the %s it was in', async (part, heading) => {
  onTestFinished(leaveRemoved());
  rendered(<Parts of={part} />);
  await pressText('Remove');
  await eventually(() => expect(focusedText()).toBe(heading));
});

/** Closes with its content, which takes the focus with it. */
function Emptied() {
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <main>
      <h1>People</h1>
      <button onClick={() => setOpened(true)}>Open</button>
      <Drawer opened={opened} onClose={close} title="New">
        {opened && <button onClick={close}>Save</button>}
      </Drawer>
    </main>
  );
}

it('a dialog whose content goes as it closes returns the focus to its opener', async () => {
  onTestFinished(leaveRemoved());
  const moves = vi.fn(({ target }: FocusEvent) => (target as HTMLElement).textContent);
  rendered(<Emptied />);
  await pressText('Open');
  await dialogHasFocus();
  document.addEventListener('focusin', moves);
  onTestFinished(() => document.removeEventListener('focusin', moves));
  await pressText('Save');
  await eventually(() => expect(moves).toHaveBeenCalledTimes(2));
  expect(moves.mock.results.map(({ value }) => value as string)).toEqual(['Save', 'Open']);
});

/** Pages beside a menu and, in `main`, a list that stays; the title of a person comes late. */
async function visited() {
  let show = () => {};
  const Person = () => {
    const [loaded, setLoaded] = useState(false);
    show = () => setLoaded(true);
    return loaded && <h1>Berta</h1>;
  };
  const Frame = () => (
    <>
      <Link to="/">People</Link>
      <Link to="/" search={{ tab: 'two' } as never}>
        Tab
      </Link>
      <Link to="/person">Person</Link>
      <Link to="/search">Search</Link>
      <Link to="/called">Called</Link>
      <div role="dialog">
        <Link to="/">Home</Link>
      </div>
      <main>
        <Link to="/person">Beside</Link>
        <Outlet />
      </main>
    </>
  );
  const root = createRootRoute({ component: Frame });
  const pages = {
    '/': () => (
      <>
        <h1>Start</h1>
        <Link to="/person">Row</Link>
      </>
    ),
    '/person': Person,
    '/search': () => (
      <>
        <h1>Search</h1>
        <input autoFocus />
      </>
    ),
    '/called': () => (
      <>
        <h1>Called</h1>
        {createPortal(
          <div role="alertdialog">
            <input autoFocus />
          </div>,
          document.body,
        )}
      </>
    ),
  };
  const routes = Object.entries(pages).map(([path, component]) =>
    createRoute({ getParentRoute: () => root, path, component }),
  );
  const router = createRouter({ routeTree: root.addChildren(routes), history: createMemoryHistory() });
  onTestFinished(focusTitles(router));
  const follow = async (text: string) => {
    const shown = new Promise((resolve) => router.subscribe('onRendered', resolve));
    await pressText(text);
    await shown;
  };
  const shown = new Promise((resolve) => router.subscribe('onRendered', resolve));
  rendered(<RouterProvider router={router as never} />);
  await shown;
  return { follow, show: () => show() };
}

it('the title of another page has the focus once it is shown', async () => {
  const { follow, show } = await visited();
  expect(document.activeElement).toBe(document.body); // at the first load
  await follow('Row');
  show();
  await eventually(() => expect(focusedText()).toBe('Berta'));
  for (const link of ['People', 'Home']) {
    await follow(link);
    expect(focusedText()).toBe('Start');
    await follow('Called');
  }
});

it.each([
  ['at a link that only changes the query', 'Tab', 'A'],
  ['at a link within the page that stays, such as a row of a list', 'Beside', 'A'],
  ['in a field of the page that takes it', 'Search', 'INPUT'],
  ['in a dialog that opens', 'Called', 'INPUT'],
])('a navigation leaves the focus %s', async (_, link, expected) => {
  const { follow } = await visited();
  await follow(link);
  expect(document.activeElement?.tagName).toBe(expected);
});

it('a navigation leaves the focus where the user moves it before the title is shown', async () => {
  const { follow, show } = await visited();
  await follow('Person');
  document.querySelector<HTMLElement>('main a')!.focus();
  show();
  await eventually(() => expect(document.querySelector('h1')).not.toBeNull());
  expect(focusedText()).toBe('Beside');
});

it.each([
  ['', 'Berta'],
  [' unless Tab was pressed', 'Search'],
])('a late title has the focus after a search that returns it to the frame%s', async (tabbed, expected) => {
  const { follow, show } = await visited();
  await follow('Person');
  if (tabbed) document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab' }));
  document.querySelector<HTMLElement>('a[href="/search"]')!.focus();
  show();
  await eventually(() => expect(document.querySelector('h1')).not.toBeNull());
  expect(focusedText()).toBe(expected);
});
