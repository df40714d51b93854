import { expect, it, vi } from 'vitest';
import { api, type PublicNumber } from '~/api';
import { DestinationCell } from './DestinationCell';
import { eventually } from '../../../test/eventually';
import { click, rendered } from '../../../test/rendered';

it('the editor of a destination has the focus when it opens, and Escape returns it', async () => {
  vi.spyOn(api, 'listNumbers').mockReturnValue(new Promise(() => undefined) as never);
  const number = { id: 'n', destination: 'hangup', display: '030 123' } as PublicNumber;
  const place = rendered(<DestinationCell number={number} targets={{}} />);
  const button = 'button[aria-label="Change the destination of 030 123"]';
  await click(button);
  const field = () => place.querySelector('form input');
  await eventually(() => expect(field()).not.toBeNull());
  expect(document.activeElement).toBe(field());
  field()!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  await eventually(() => expect(place.querySelector('form')).toBeNull());
  expect(document.activeElement).toBe(place.querySelector(button));
});
