import { expect, it } from 'vitest';
import type { Me } from '~/api';
import { session } from '~/api/session';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';
import { sectionOf, useMayOpen } from './sections';

it.each([
  ['/', '/'],
  ['/people', '/people'],
  ['/people/0190', '/people'],
  ['/phones/0190', '/people'],
  ['/privacy/audit', '/privacy'],
  ['/recordings/policy', '/recordings'],
  ['/backups', '/backups'],
])('the page %s belongs to the section %s', (path, section) => {
  expect(sectionOf(path)?.to).toBe(section);
});

it.each(['/security', '/peoples', '/phonesX', '/nothing'])('the page %s has no section', (path) => {
  expect(sectionOf(path)).toBeUndefined();
});

const ADDRESSES = [
  ...['/', '/people', '/people/0190', '/phones/0190', '/roles', '/contacts', '/live', '/history', '/recordings'],
  ...['/recordings/policy', '/voicemail', '/rooms', '/call-reports', '/costs', '/billing', '/numbers', '/trunks'],
  ...['/routes', '/groups', '/queues', '/menus', '/hours', '/codes', '/emergency', '/protection', '/organisation'],
  ...['/privacy/retention', '/privacy/holds', '/privacy/requests', '/privacy/audit', '/single-sign-on', '/emails'],
  ...['/integrations', '/campaigns', '/reports', '/reselling', '/health', '/backups', '/keys', '/security'],
];
const EVERYONE = ['/', '/security'];
const PEOPLE = ['/people', '/people/0190', '/phones/0190', '/reports'];

it.each<[string, string[], string[]]>([
  ['Reception', ['company_contacts', 'announcements_change'], ['/contacts']],
  ['Helpdesk', ['people_read', 'phones_change', 'sign_in_help'], PEOPLE],
  [
    'Supervisor',
    ['queues_change', 'calls_read', 'calls_monitor', 'history_read'],
    ['/live', '/history', '/call-reports', '/queues'],
  ],
  ['Bookkeeping', ['billing_read', 'invoices_change'], ['/costs', '/billing']],
  [
    'Privacy officer',
    ['people_read', 'privacy_change'],
    [...PEOPLE, '/privacy/holds', '/privacy/requests', '/privacy/audit'],
  ],
  [
    'Settings and privacy',
    ['tenant_change', 'privacy_change'],
    ADDRESSES.filter((each) => /codes|voicemail|emergency|prot|organ|priv|integ|camp/.test(each)),
  ],
])('the role %s opens its pages, by their address too', async (_, permissions, pages) => {
  session.setState(() => ({ state: 'in', me: { role: 'user', permissions } as unknown as Me, stale: false }));
  const shown = rendered(<OpenPages />);
  const expected = [...EVERYONE, ...pages].toSorted();
  await eventually(() => expect(shown.querySelector('p')?.textContent.split(' ').toSorted()).toEqual(expected));
});

function OpenPages() {
  return <p>{ADDRESSES.filter(useMayOpen()).join(' ')}</p>;
}
