import { afterEach, expect, it, vi } from 'vitest';
import type { Me, PeopleEntry } from '~/api';
import { session } from '~/api/session';
import { BulkActions } from './BulkActions';
import { PersonSecurity } from './PersonSecurity';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => () => undefined,
}));

const person = (id: string) => ({ kind: 'person', id, state: 'active', extensions: [] }) as unknown as PeopleEntry;

function signedIn(...permissions: string[]): void {
  session.setState(() => ({ state: 'in', me: { person: { id: 'own' }, permissions } as unknown as Me, stale: false }));
}

const labels = (place: HTMLElement) => [...place.querySelectorAll('button')].map((each) => each.textContent);

afterEach(() => session.setState(() => ({ state: 'unknown' })));

it.each([
  [['own'], true],
  [['own', 'other'], false],
])('of %j those are suspended who are not the user', async (ids, disabled) => {
  signedIn('people_change');
  const place = rendered(<BulkActions entries={ids.map(person)} onDone={() => undefined} />);
  await eventually(() => expect(labels(place)).toEqual(['Language', 'Suspend']));
  expect(place.querySelector<HTMLButtonElement>('button:last-of-type')!.disabled).toBe(disabled);
});

it('a privacy officer is offered the copy and the erasure of a person, and no change of the account', async () => {
  signedIn('people_read', 'privacy_change');
  const place = rendered(<PersonSecurity person={{ id: 'ada', name: 'Ada' } as never} />);
  await eventually(() => expect(labels(place)).toEqual(['Copy of the data', 'Erase this person']));
});
