import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import { toasts } from '~/core/toasts';
import { RequestDetails } from './RequestDetails';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

const OPEN = {
  id: 'r',
  kind: 'inquiry',
  closed: null,
  assigned: null,
  steps: ['reply', 'answer'],
  history: [],
  notes: [],
};
const CLOSED = { ...OPEN, closed: '2026-03-04T12:34:56Z', steps: [] };
const answer = (data: object) => Promise.resolve({ data }) as never;

it.each([
  ['Reply', OPEN, []],
  ['Answer', CLOSED, ['The request is closed.']],
])('%s: a request that leaves the list of the open ones says so', async (step, after, shown) => {
  Object.assign(document, { fonts: new EventTarget() }); // missing in jsdom
  vi.spyOn(api, 'showPrivacyRequest').mockImplementation(() => answer(OPEN));
  vi.spyOn(api, 'listPersons').mockImplementation(() => answer({ items: [], next: null }));
  const taken = vi.spyOn(api, 'takeRequestStep').mockImplementation(() => answer(after));
  const before = toasts.state.length;
  const page = rendered(<RequestDetails id="r" />);
  const button = () => [...page.querySelectorAll('button')].find(({ textContent }) => textContent === step);
  await eventually(() => expect(button()).toBeDefined());
  button()!.click();
  await eventually(() => expect(taken).toHaveBeenCalledOnce());
  await eventually(() => expect(page.querySelector('[data-loading]')).toBeNull());
  expect(toasts.state.slice(before).map(({ message }) => message)).toEqual(shown);
});
