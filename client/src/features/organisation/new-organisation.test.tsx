import { beforeAll, expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Problem } from '~/core/problem';
import NewOrganisation from './NewOrganisation';
import { eventually } from '../../../test/eventually';
import { click, fill, rendered } from '../../../test/rendered';

beforeAll(() => {
  HTMLElement.prototype.scrollIntoView = () => undefined; // jsdom has none
});

it('a refusal of the short name is shown at its field, which has the focus', async () => {
  const refused = new Problem('conflict', 409, 'A tenant with this short name already exists.', '', 'slug');
  vi.spyOn(api, 'createTenant').mockRejectedValue(refused);
  rendered(<NewOrganisation onClose={() => undefined} />);
  const fields = () => [...document.querySelectorAll<HTMLInputElement>('[role=dialog] form input[required]')];
  await eventually(() => expect(document.activeElement).toBe(fields()[0]));
  ['Acme', 'acme', 'acme.example'].forEach((text, place) => fill(fields()[place]!, text));
  await click('[role=dialog] button[type=submit]');
  await eventually(() => expect(document.activeElement).toBe(fields()[1]));
  expect(fields().map((each) => each.getAttribute('aria-invalid'))).toEqual([null, 'true', null]);
  expect(document.querySelector('[role=dialog] [role=alert]')).toBeNull();
});
