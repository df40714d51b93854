import { expect, it, vi } from 'vitest';
import { EditField } from './EditField';
import { eventually } from '../../../test/eventually';
import { fill, rendered } from '../../../test/rendered';

it('a text is saved once by Enter and leaving the field', async () => {
  const save = vi.fn<(text: string) => Promise<void>>(() => new Promise(() => undefined));
  const place = rendered(<EditField label="Name" value="Ada" onSave={save} />);
  const field = () => place.querySelector('input')!;
  await eventually(() => expect(field()).not.toBeNull());
  field().focus();
  fill(field(), 'Ada Example');
  field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  await eventually(() => expect(field().readOnly).toBe(true));
  field().blur();
  expect(save).toHaveBeenCalledExactlyOnceWith('Ada Example');
});
