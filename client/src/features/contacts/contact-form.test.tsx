import { beforeAll, expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Problem } from '~/core/problem';
import { ContactForm } from './ContactForm';
import { eventually } from '../../../test/eventually';
import { click, fill, rendered } from '../../../test/rendered';

beforeAll(() => {
  HTMLElement.prototype.scrollIntoView = () => undefined; // jsdom has none
  Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true });
});

it('a refusal is shown at its field only, until that is corrected', async () => {
  vi.spyOn(api, 'createContact').mockRejectedValue(new Problem('invalid', 422, 'Refused.', '', 'organisation'));
  rendered(<ContactForm opened onClose={() => undefined} book="company" tenant="t" number="+49301234567" />);
  await click('[role=dialog] button[type=submit]');
  const refused = () => document.querySelector<HTMLInputElement>('[role=dialog] [aria-invalid=true]');
  await eventually(() => expect(document.activeElement).toBe(refused() ?? document));
  expect(document.body.textContent.match(/Refused/g)).toHaveLength(1);
  fill(refused()!, 'Example');
  await eventually(() => expect(refused()).toBeNull());
  expect(document.body.textContent).not.toContain('Refused');
});
