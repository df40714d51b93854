import { QueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { api, type Me } from '~/api';
import { session } from '~/api/session';
import People from './People';
import PersonPage from './PersonPage';
import SharedPhonePage from './SharedPhonePage';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

const route = vi.hoisted(() => ({ tab: '' }));
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: 'a',
  useNavigate: () => () => undefined,
  useParams: () => ({ id: 'ada' }),
  useSearch: () => route,
}));

const answer = (data: unknown) => Promise.resolve({ data }) as never;
const all = (items: unknown[]) => answer({ items, next: null });
const device = { id: 'd', name: 'Desk', kind: 'phone', enabled: true, registration: null };
const extension = { id: 'e', number: '1001', name: 'Ada', ring_seconds: 20, max_call_seconds: 3600, devices: [device] };
const person = {
  id: 'ada',
  name: 'Ada',
  email: 'ada@acme.example',
  email_state: {},
  role: 'user',
  state: 'active',
  created: '2026-01-05T09:00:00Z',
  extensions: [extension],
};
const rules = { always: 'off', busy: 'off', no_answer: 'off', unreachable: 'off' };
const profile = { inside: rules, outside: rules, ring_seconds: 0, ring_order: [] };
const number = { id: 'n', display: '+49 30 1', destination: 'queue:6500', shown_for: [] };

function show(tab: string, ...permissions: string[]): HTMLElement {
  route.tab = tab;
  Element.prototype.scrollIntoView = () => undefined; // missing in jsdom
  session.setState(() => ({ state: 'in', me: { permissions } as unknown as Me, stale: false }));
  vi.spyOn(api, 'showPersonDetails').mockImplementation(() => answer(person));
  vi.spyOn(api, 'listNumbers').mockImplementation(() => all([number]));
  vi.spyOn(api, 'listRoles').mockImplementation(() => all([{ id: 'r', name: 'Helpdesk', editable: true }]));
  vi.spyOn(api, 'listPersonRoles').mockImplementation(() => all([]));
  vi.spyOn(api, 'listHours').mockImplementation(() => all([]));
  const profiles = { available: profile };
  const settings = { extension_id: 'e', number: '1001', chosen_state: 'available', call_waiting: true, profiles };
  vi.spyOn(api, 'showPresence').mockImplementation(() => answer(settings));
  vi.spyOn(api, 'directory').mockImplementation(() => Promise.reject(new TypeError('No.')) as never);
  vi.spyOn(api, 'listDevices').mockImplementation(() => Promise.reject(new TypeError('No.')) as never);
  vi.spyOn(api, 'listPeople').mockImplementation(() => all([]));
  vi.spyOn(api, 'listDepartments').mockImplementation(() => all([]));
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const pages: Record<string, ReactElement> = { list: <People />, shared: <SharedPhonePage /> };
  return rendered(pages[tab] ?? <PersonPage />, queries);
}

/** The controls in the shown tab, or in another place, by their labels, and whether the user can use them. */
function controls(place: HTMLElement, within = '[role=tabpanel]'): Record<string, boolean> {
  const found = place.querySelectorAll<HTMLInputElement>(`${within} :is(input, select, button)`);
  const named = [...found].filter(({ type }) => type !== 'hidden');
  return Object.fromEntries(
    named.map((each) => [
      each.ariaLabel ??
        each.getAttribute('aria-label') ??
        [...(each.labels ?? [])].at(-1)?.textContent ??
        each.textContent,
      !each.matches(':disabled, fieldset:disabled *'),
    ]),
  );
}

afterEach(() => session.setState(() => ({ state: 'unknown' })));

it.each([
  [['roles_change'], { Name: false, Roles: true, 'Ring time (seconds)': false, 'Number shown outside': false }],
  [['routing_change'], { Name: false, 'Ring time (seconds)': false, 'Number shown outside': true }],
  [['people_change'], { Name: true, 'Ring time (seconds)': true, 'Number shown outside': false }],
])('with %j the overview of a person can be changed in part', async (permissions, expected) => {
  const place = show('overview', 'people_read', ...permissions);
  await eventually(() => expect(controls(place)).toMatchObject(expected));
});

it.each([
  ['phones', [], { 'Name of Desk': false, 'Actions for Desk': false, 'Add a phone': false }],
  ['phones', ['phones_change'], { 'Name of Desk': true, 'Actions for Desk': true, 'Add a phone': true }],
  [
    'calls',
    [],
    {
      'Rules for the state': true,
      'Ring time': false,
      'Ring order of devices': false,
      'Other rules for callers outside': false,
    },
  ],
  [
    'calls',
    ['people_change'],
    { 'Ring time': true, 'Ring order of devices': true, 'Other rules for callers outside': true },
  ],
])('in the tab %s, %j opens the changes, and all can read', async (tab, permissions, expected) => {
  const place = show(tab, 'people_read', ...permissions);
  await eventually(() => expect(controls(place)).toMatchObject(expected));
  const retries = () => [...place.querySelectorAll('[role=alert] button')];
  await eventually(() => expect(retries().length).toBeGreaterThanOrEqual(tab === 'calls' ? 2 : 0));
  expect(retries().filter((each) => each.matches('fieldset:disabled *'))).toEqual([]);
});

it('without a permission to change there are no tab of sign-in and no new person', async () => {
  const place = show('overview', 'people_read');
  await eventually(() => expect(place.querySelectorAll('[role=tab]').length).toBeGreaterThan(0));
  expect([...place.querySelectorAll('[role=tab]')].map((each) => each.textContent)).not.toContain('Security');
  const list = show('list', 'people_read');
  await eventually(() => expect(list.textContent).toContain('No people yet.'));
  expect([...list.querySelectorAll('button')].map((each) => each.textContent)).not.toContain('New person');
});

it.each([
  ['people_change', ['Delete'], true],
  ['history_read', ['Calls of 1001'], false],
  ['recordings_change', ['Mailbox 1001', 'Recording'], false],
])('a shared phone shows what %s permits only', async (permission, expected, changeable) => {
  const place = show('shared', 'people_read', permission);
  vi.spyOn(api, 'showExtension').mockImplementation(() => answer(extension));
  vi.spyOn(api, 'listDevices').mockImplementation(() => all([]));
  await eventually(() => expect(controls(place, 'div')).toMatchObject({ 'Ring time': changeable }));
  const texts = [...place.querySelectorAll('h2, h3, button')].map((each) => each.textContent);
  const limited = ['Delete', 'Calls of 1001', 'Mailbox 1001', 'Recording'];
  expect(limited.filter((each) => texts.includes(each))).toEqual(expected);
});
