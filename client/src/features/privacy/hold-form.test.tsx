import { QueryClient } from '@tanstack/react-query';
import { afterEach, expect, it, vi } from 'vitest';
import { api, type Me } from '~/api';
import { session } from '~/api/session';
import { HoldForm } from './HoldForm';
import { eventually } from '../../../test/eventually';
import { click, rendered } from '../../../test/rendered';

const answer = (data: unknown) => Promise.resolve({ data }) as never;

function show(...permissions: string[]): void {
  session.setState(() => ({ state: 'in', me: { permissions } as unknown as Me, stale: false }));
  Object.assign(document, { fonts: new EventTarget() }); // missing in jsdom, as is this
  Element.prototype.scrollIntoView = () => undefined;
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  rendered(<HoldForm onClose={() => undefined} />, queries);
}

async function preserve(label: string): Promise<void> {
  await click('form input[aria-haspopup=listbox]');
  await eventually(() => {
    const option = [...document.querySelectorAll<HTMLElement>('[role=option]')].find(
      (each) => each.textContent === label,
    );
    expect(option).toBeDefined();
    option!.click();
  });
}

function fill(name: string, text: string): void {
  const field = document.querySelector<HTMLInputElement>(`form [name=${name}]`)!;
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')!.set!.call(field, text);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

afterEach(() => session.setState(() => ({ state: 'unknown' })));

it('a hold on a former account, which no list shows, is placed by its id', async () => {
  const listed = vi.spyOn(api, 'listPersons').mockImplementation(() => Promise.reject(new TypeError('No.')) as never);
  const placed = vi.spyOn(api, 'placeHold').mockImplementation(() => answer({}));
  show('privacy_change');
  await preserve('All objects of a person');
  await eventually(() => expect(document.querySelector('form [role=alert] button')).not.toBeNull());
  listed.mockImplementation(() => answer({ items: [], next: null }));
  await click('form [role=alert] button');
  await eventually(() => expect(document.querySelector('form [role=alert]')).toBeNull());
  await preserve('All objects of a former account');
  await eventually(() => expect(document.querySelector('form [name=which]')).not.toBeNull());
  for (const [name, text] of [
    ['which', 'former'],
    ['authority', 'Court'],
    ['reason', '12 O 345'],
    ['review', '2027-06-30'],
  ] as const)
    fill(name, text);
  await click('form button[type=submit]');
  await eventually(() => expect(placed).toHaveBeenCalledOnce());
  expect(placed.mock.lastCall![0].body).toMatchObject({ person: 'former', authority: 'Court' });
});

it.each([
  [['privacy_change', 'history_read'], 'In the details of the call, under History'],
  [['privacy_change'], 'As the API shows it'],
])('with %j the id of a call is found: %s', async (permissions, hint) => {
  vi.spyOn(api, 'listPersons').mockImplementation(() => answer({ items: [], next: null }));
  show(...permissions);
  await eventually(() => expect(document.querySelector('form')?.textContent).toContain(hint));
});
