import { MantineProvider, Menu } from '@mantine/core';
import { I18nProvider } from '@lingui/react';
import { i18n } from '@lingui/core';
import { act, type ComponentProps } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '~/core/problem';
import { toCsv } from './csv';
import { DataTable } from './DataTable';
import { applyView, columnsWithoutRoom, EMPTY_VIEW, matchesSearch, type Column, type Filter } from './model';
import { eventually } from '../../../test/eventually';

interface Person {
  id: string;
  name: string;
  number?: string;
  calls: number;
}

const people: Person[] = [
  { id: 'a', name: 'Zoë Adams', number: '1002', calls: 12 },
  { id: 'b', name: 'ada Öhm', number: '1010', calls: 3 },
  { id: 'c', name: '=HYPERLINK("x")', calls: 0 },
];
const columns: Column<Person>[] = [
  { title: 'Name', render: ({ name }) => name, value: ({ name }) => name },
  { title: 'Number', render: ({ number }) => number, value: ({ number }) => number, card: 'aside' },
  { title: 'Calls', render: ({ calls }) => calls, value: ({ calls }) => calls, numeric: true },
];
const filters: Filter<Person>[] = [
  {
    id: 'number',
    title: 'Has a number',
    options: [{ value: 'yes', label: 'yes' }],
    match: ({ number }) => Boolean(number),
  },
];
const view = (change: object) => applyView(people, { ...EMPTY_VIEW, ...change }, columns, filters, 'en');
const ids = (found: Person[]) => found.map(({ id }) => id).join('');

describe('a view', () => {
  it('finds words without accents and in any order', () => {
    expect(matchesSearch('adams zoe', ['Zoë Adams'])).toBe(true);
    expect(matchesSearch('ohm 1010', ['ada Öhm', '1010', null])).toBe(true);
    expect(matchesSearch('adams ben', ['Zoë Adams'])).toBe(false);
    expect(matchesSearch('\u2068מרים\u2069', ['מרים'])).toBe(true);
    expect(ids(view({ search: '10' }))).toBe('ab');
  });

  it('sorts by language, numbers as numbers and empty values last', () => {
    expect(ids(view({ sort: { column: 'Name', descending: false } }))).toBe('cba');
    expect(ids(view({ sort: { column: 'Calls', descending: true } }))).toBe('abc');
    expect(ids(view({ sort: { column: 'Number', descending: false } }))).toBe('abc');
    expect(ids(view({ sort: { column: 'Number', descending: true } }))).toBe('bac');
  });

  it('filters', () => {
    expect(ids(view({ filters: { number: ['yes'] } }))).toBe('ab');
    expect(ids(view({ filters: { number: [] } }))).toBe('abc');
  });
});

it('the last columns give way where there is no room, but not the first two', () => {
  const four = [...columns, { ...columns[2]!, title: 'Cost' }, { ...columns[2]!, title: 'Notes', optional: true }];
  expect(columnsWithoutRoom(four, 0, 0)).toEqual([]);
  expect(columnsWithoutRoom(four, 448, 0)).toEqual([]);
  expect(columnsWithoutRoom(four, 447, 0)).toEqual(['Cost']);
  expect(columnsWithoutRoom(four, 448, 1)).toEqual(['Cost']);
  expect(columnsWithoutRoom(four, 100, 1)).toEqual(['Calls', 'Cost']);
});

it('an exported list has quotes and no formulas, and keeps telephone numbers', () => {
  const one = { id: 'd', name: 'Meier; "Max"\nB', number: '+49 30 123-4', calls: -1 };
  expect(toCsv(columns, [people[2]!, one])).toBe(
    '\uFEFFName,Number,Calls\r\n"\'=HYPERLINK(""x"")",,0\r\n"Meier; ""Max""\nB",+49 30 123-4,-1\r\n',
  );
});

describe('the table', () => {
  let place: HTMLElement;
  let root: ReturnType<typeof createRoot>;
  type Props = Partial<ComponentProps<typeof DataTable<Person>>>;
  const show = (items: Person[], props: Props = {}) =>
    act(() =>
      root.render(
        <I18nProvider i18n={i18n}>
          <MantineProvider>
            <DataTable
              label="People"
              list={{ items, loaded: true, fault: undefined }}
              columns={columns}
              empty="Nobody yet."
              {...props}
            />
          </MantineProvider>
        </I18nProvider>,
      ),
    );
  const button = (name: string) =>
    [...document.querySelectorAll('button')].find((each) => (each.ariaLabel ?? each.textContent) === name)!;
  const rows = () => [...place.querySelectorAll('tbody tr')].map((row) => row.textContent);
  const search = (text: string) =>
    act(() => {
      const field = place.querySelector<HTMLInputElement>('input[type=search]')!;
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(field, text);
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });

  const onScreen = (wide: boolean) =>
    vi
      .spyOn(window, 'matchMedia')
      .mockImplementation(
        (query) => ({ matches: wide, media: query, addEventListener() {}, removeEventListener() {} }) as never,
      );

  beforeEach(() => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    onScreen(true);
    place = document.body.appendChild(document.createElement('div'));
    root = createRoot(place);
  });
  afterEach(() => {
    act(() => root.unmount());
    place.remove();
    vi.unstubAllGlobals();
    localStorage.clear();
  });

  it('offers another try of a failed load where the list has one', () => {
    const retry = vi.fn<() => void>();
    const list = { items: [], loaded: false, fault: new Problem('our-mistake', 500, 'No.') };
    show([], { list });
    expect(place.querySelector('[role=alert]')?.textContent).toContain('Server error');
    expect(button('Try again')).toBeUndefined();
    show([], { list: { ...list, retry } });
    act(() => button('Try again').click());
    expect(retry).toHaveBeenCalledOnce();
  });

  it('searches, and says so when nothing matches', () => {
    show(people);
    search('zoe');
    expect(rows()).toEqual(['Zoë Adams100212']);
    expect(place.querySelector('[role=status]')?.textContent).toBe('1 match');
    search('nobody');
    expect(place.textContent).toContain('Nothing matches.');
    expect(place.textContent).not.toContain('Nobody yet.');
    act(() => button('Clear search and filters').click());
    expect(rows()).toHaveLength(3);
  });

  it('sorts by a heading, both ways and back', () => {
    show(people);
    const order = () => place.querySelector('th')!.ariaSort ?? place.querySelector('th')!.getAttribute('aria-sort');
    act(() => button('Name').click());
    expect([order(), rows()[2]]).toEqual(['ascending', 'Zoë Adams100212']);
    act(() => button('Name').click());
    expect([order(), rows()[0]]).toEqual(['descending', 'Zoë Adams100212']);
    act(() => button('Name').click());
    expect(order()).toBeNull();
  });

  it('shows pages, and searches all of them', () => {
    const many = Array.from({ length: 120 }, (_, each) => ({ id: `${each}`, name: `Person ${each}`, calls: each }));
    show(many);
    expect(rows()).toHaveLength(50);
    expect(place.textContent).toContain('1–50 of 120');
    act(() => button('Next').click());
    act(() => button('Next').click());
    expect(rows()).toHaveLength(20);
    expect(button('Next').disabled).toBe(true);
    search('person 7');
    expect(rows()).toHaveLength(21);
  });

  it('loads the whole list before it searches it', () => {
    const loadMore = vi.fn();
    const list = { items: people.slice(0, 1), loaded: true, fault: undefined, loadMore };
    show([], { list });
    expect(loadMore).not.toHaveBeenCalled();
    search('ada');
    expect(loadMore).toHaveBeenCalledTimes(1);
    show([], { list: { ...list, items: people, loadMore: undefined } });
    expect(rows()).toHaveLength(2);
  });

  it('selects rows for actions on all of them', () => {
    const suspended = vi.fn();
    show(people, {
      selection: {
        name: ({ name }) => name,
        actions: (chosen, done) => (
          <button
            onClick={() => {
              suspended(ids(chosen));
              done();
            }}
          >
            Suspend
          </button>
        ),
      },
    });
    const box = (label: string) => place.querySelector<HTMLInputElement>(`input[aria-label="${label}"]`)!;
    act(() => box('Select Zoë Adams').click());
    expect(place.textContent).toContain('1 selected');
    expect(box('Select all').indeterminate).toBe(true);
    act(() => box('Select all').click());
    act(() => button('Suspend').click());
    expect(suspended).toHaveBeenCalledWith('abc');
    expect(button('Suspend')).toBeUndefined();
  });

  it('moves between rows by arrow keys and opens one', () => {
    const onOpen = vi.fn();
    show(people, { onOpen });
    const press = (key: string) =>
      act(() => void document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })));
    act(() => button('Zoë Adams').focus());
    press('ArrowDown');
    expect(document.activeElement).toBe(button('ada Öhm'));
    act(() => button('ada Öhm').click());
    expect(onOpen).toHaveBeenCalledExactlyOnceWith(people[1]);
    press('ArrowUp');
    expect(document.activeElement).toBe(button('Zoë Adams'));
  });

  it('opens a row by a click on it, not in a menu of its own or at the end of a selection', async () => {
    const onOpen = vi.fn();
    const menu = (
      <Menu defaultOpened>
        <Menu.Dropdown data-testid="menu" />
      </Menu>
    );
    show(people.slice(0, 1), { onOpen, actions: () => menu });
    const press = (selector: string) => act(() => document.querySelector<HTMLElement>(selector)!.click());
    const cell = 'tbody td:nth-child(2)';
    await eventually(() => expect(document.querySelector('[data-testid=menu]')).not.toBeNull());
    press('[data-testid=menu]');
    getSelection()!.selectAllChildren(place.querySelector(cell)!);
    press(cell);
    expect(onOpen).not.toHaveBeenCalled();
    getSelection()!.selectAllChildren(place.querySelector('thead')!);
    press(cell);
    expect(onOpen).toHaveBeenCalledExactlyOnceWith(people[0]);
    getSelection()!.removeAllRanges();
  });

  it('leaves the focus at the search or the filter that was cleared', () => {
    const filters = [{ id: 'calls', title: 'Calls', options: [{ value: '0', label: 'None' }], match: () => true }];
    show(people, { filters, remote: { view: { ...EMPTY_VIEW, search: 'a', filters: { calls: ['0'] } }, onView() {} } });
    act(() => button('Clear search').click());
    expect(document.activeElement).toBe(place.querySelector('input[type=search]'));
    act(() => button('Clear filter Calls').click());
    expect(document.activeElement?.textContent).toBe('Calls: None');
  });

  it('offers to try again after an error, and keeps what it has', () => {
    const retry = vi.fn();
    show([], { list: { items: people, loaded: true, fault: new TypeError('gone'), retry } });
    act(() => button('Try again').click());
    expect(retry).toHaveBeenCalledTimes(1);
    expect(rows()).toHaveLength(3);
  });

  it('shows grey rows while it loads, not an empty list', () => {
    show([], { list: { items: [], loaded: false, fault: undefined } });
    expect(place.textContent).toContain('Loading…');
    expect(place.textContent).not.toContain('Nobody yet.');
  });

  it('is a list of two lines per item on a phone', () => {
    onScreen(false);
    show(people);
    expect(place.querySelector('table')).toBeNull();
    expect(place.querySelectorAll('ul[aria-label=People] > li')).toHaveLength(3);
    expect(place.querySelector('li:last-child')?.textContent).toContain('Calls: 0');
  });
});
