import { QueryClient } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import { NewPerson } from './NewPerson';
import { eventually } from '../../../test/eventually';
import { click, rendered } from '../../../test/rendered';

const answer = (data: unknown) => Promise.resolve({ data }) as never;

function fill(selector: string, text: string): void {
  const field = document.querySelector<HTMLInputElement>(selector)!;
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(field, text);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

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
  fill('[role=dialog] input[data-autofocus]', 'Lobby');
  await click('[role=dialog] button[type=submit]');
  await eventually(() => expect(document.activeElement?.textContent).toBe('Hand over to Lobby'));
});
