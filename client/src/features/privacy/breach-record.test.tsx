import { QueryClient } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { api, type Breach, type PrivacyRequest } from '~/api';
import { Problem } from '~/core/problem';
import { BreachRecord } from './BreachRecord';
import { FormerBreach } from './FormerBreach';
import { eventually } from '../../../test/eventually';
import { click, fill, rendered } from '../../../test/rendered';

const answer = (data: unknown) => Promise.resolve({ data }) as never;
const INFORMED = '2026-03-04T12:34:56Z';
const BREACH = { categories: [], band: '1-9', high_risk: false, authority_informed: INFORMED, informed: 0 };
const TIME = 'input[type=datetime-local]';

function show(): HTMLElement {
  vi.spyOn(api, 'showBreach').mockImplementation(() => answer(BREACH));
  vi.spyOn(api, 'showProcessingRecord').mockImplementation(() => answer({ data: [] }));
  vi.spyOn(api, 'listPersons').mockImplementation(() => answer({ items: [], next: null }));
  Object.assign(document, { fonts: new EventTarget() }); // missing in jsdom, as is this
  Element.prototype.scrollIntoView = () => undefined;
  const request = { id: 'r', due: INFORMED, steps: [] } as unknown as PrivacyRequest;
  return rendered(<BreachRecord request={request} />, new QueryClient());
}

it('a time that was wrong can be removed, and one that was not touched is not sent', async () => {
  const changed = vi.spyOn(api, 'changeBreach').mockImplementation(() => answer(BREACH));
  const page = show();
  await click('input[role=switch]');
  await click('button[type=submit]:not(:disabled)');
  await eventually(() => expect(changed.mock.lastCall?.[0].body).toEqual({ high_risk: true }));
  fill(page.querySelector<HTMLInputElement>(TIME)!, '');
  await click('button[type=submit]:not(:disabled)');
  await eventually(() => expect(changed.mock.lastCall![0].body).toEqual({ authority_informed: null }));
});

it('a time that is refused has its error, here or of the server, at its field', async () => {
  const refusal = new Problem('invalid', 422, 'Refused.', '', 'authority_informed');
  const changed = vi.spyOn(api, 'changeBreach').mockImplementation(() => Promise.reject(refusal) as never);
  const page = show();
  await eventually(() => expect(page.querySelector(TIME)).not.toBeNull());
  const error = () => page.querySelector('.mantine-TextInput-error')?.textContent;
  fill(page.querySelector<HTMLInputElement>(TIME)!, '2999-01-01T10:00');
  await click('button[type=submit]:not(:disabled)');
  await eventually(() => expect(error()).toBe('Choose a time that has passed.'));
  expect(changed).not.toHaveBeenCalled();
  fill(page.querySelector<HTMLInputElement>(TIME)!, '2026-03-04T10:00');
  await click('button[type=submit]:not(:disabled)');
  await eventually(() => expect(error()).toBe('Refused.'));
  expect(page.querySelector('[role=alert]')).toBeNull();
});

it('the history of a record shows the values that a change has replaced', async () => {
  const former: Partial<Breach> = { categories: ['user.name'], high_risk: false, authority_informed: null };
  const page = rendered(<FormerBreach note={JSON.stringify(former)} />);
  await eventually(() =>
    expect([...page.querySelectorAll('p')].map((each) => each.textContent)).toEqual([
      'Before: Data affected: user.name',
      'Before: High risk for the people: No',
      'Before: Authority informed at: not yet',
    ]),
  );
});
