import { expect, it, onTestFinished, vi } from 'vitest';
import { api } from '~/api';
import { Greetings } from './Greetings';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

const clip = { stop: async () => new Blob(['wav']), cancel: () => undefined };
vi.mock('~/media/record-clip', () => ({ recordClip: async () => clip }));

it('a recording can be lost until it is saved', async () => {
  // Required by Mantine, missing in jsdom.
  Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true });
  onTestFinished(() => void Reflect.deleteProperty(document, 'fonts'));
  vi.spyOn(api, 'listGreetings').mockResolvedValue({ data: { items: [], next: null } } as never);
  let save: () => void;
  vi.spyOn(api, 'putGreeting').mockReturnValue(new Promise<void>((resolve) => (save = resolve)) as never);
  const place = rendered(<Greetings mailbox="m" />);
  const press = (text: string) =>
    eventually(() => {
      const found = [...place.querySelectorAll('button')].find(({ textContent }) => textContent?.includes(text));
      expect(found?.disabled).toBe(false);
      found!.click();
    });
  await press('Busy');
  await press('Record greeting');
  await eventually(() => expect(place.textContent).toMatch(/maximum\.\d+:\d\d/)); // the microphone is open
  await press('Use recording');
  await eventually(() => expect(place.querySelector('form[data-unsaved]')?.textContent).toContain('Saving'));
  save!();
  await eventually(() => expect(place.textContent).toContain('Record greeting'));
  expect(place.querySelector('form[data-unsaved]')).toBeNull();
});
