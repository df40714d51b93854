import { QueryClient } from '@tanstack/react-query';
import { beforeAll, expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Problem } from '~/core/problem';
import { NewPerson } from './NewPerson';
import { eventually } from '../../../test/eventually';
import { click, fill, rendered } from '../../../test/rendered';

const answer = (data: unknown) => Promise.resolve({ data }) as never;

const field = (selector: string) => document.querySelector<HTMLInputElement>(`[role=dialog] ${selector}`)!;

beforeAll(() => {
  HTMLElement.prototype.scrollIntoView = () => undefined; // jsdom has none
});

it('the title of the hand-over has the focus, and a list of departments that failed is loaded again', async () => {
  vi.spyOn(api, 'proposeNumber').mockImplementation(() => answer({ number: '1007' }));
  let failing = true;
  vi.spyOn(api, 'listDepartments').mockImplementation(() =>
    failing ? (Promise.reject(new TypeError('No.')) as never) : answer({ items: [{ name: 'Sales' }], next: null }),
  );
  vi.spyOn(api, 'createExtension').mockImplementation(() => answer({ number: '1007', name: 'Lobby', sip: {} }));
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  rendered(<NewPerson opened onClose={() => undefined} />, queries);
  await eventually(() => expect(document.querySelector('[role=dialog] [role=alert]')).not.toBeNull());
  failing = false;
  await click('[role=dialog] [role=alert] button');
  await eventually(() => expect(document.querySelector('[role=dialog] [role=alert]')).toBeNull());
  await click('[role=dialog] input[value=phone]');
  await eventually(() => expect(document.querySelector('input[type=email]')).toBeNull());
  fill(field('input[data-autofocus]'), 'Lobby');
  await click('[role=dialog] button[type=submit]');
  await eventually(() => expect(document.activeElement?.textContent).toBe('Hand over to Lobby'));
});

it.each([
  [409, 'number', 'This number is already in use.', 'This number is taken. Choose another one.'],
  [422, 'number', '112 and 911 are reserved for emergency calls.', '112 and 911 are reserved for emergency calls.'],
  [422, 'department', 'A department has at most 60 characters.', 'A department has at most 60 characters.'],
])('a refusal %i of the %s is shown at its field', async (status, name, message, shown) => {
  vi.spyOn(api, 'proposeNumber').mockImplementation(() => answer({ number: '1007' }));
  vi.spyOn(api, 'listDepartments').mockImplementation(() => answer({ items: [], next: null }));
  vi.spyOn(api, 'createPerson').mockRejectedValue(new Problem('refused', status, message, '', name));
  rendered(<NewPerson opened onClose={() => undefined} />);
  await eventually(() => expect(field('input[type=email]')).not.toBeNull());
  fill(field('input[data-autofocus]'), 'Ada Example');
  fill(field('input[type=email]'), 'ada@example.com');
  await click('[role=dialog] button[type=submit]');
  await eventually(() => expect(field('[aria-invalid=true]')).not.toBeNull());
  const described = field('[aria-invalid=true]').getAttribute('aria-describedby')!.split(' ');
  expect(described.map((id) => document.getElementById(id)?.textContent)).toContain(shown);
  expect(document.querySelector('[role=dialog] [role=alert]')).toBeNull();
});
