import { expect, it, vi } from 'vitest';
import { api, type RecordingSettings } from '~/api';
import { TenantRecordingPolicy } from './RecordingPolicy';
import { eventually } from '../../../test/eventually';
import { fill, rendered } from '../../../test/rendered';

it('a number is saved once by Enter and leaving the field', async () => {
  const settings = { mode: 'off', beep_seconds: 15, restorable_days: 30 } as RecordingSettings;
  const save = vi.spyOn(api, 'changeRecordingSettings').mockResolvedValue({ data: settings } as never);
  const place = rendered(<TenantRecordingPolicy settings={settings} settingsKey={['recording-settings']} />);
  const field = () => place.querySelector<HTMLInputElement>('input[inputmode=decimal]')!;
  await eventually(() => expect(field()).not.toBeNull());
  field().focus();
  fill(field(), '20');
  field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  await eventually(() => expect(save).toHaveBeenCalledOnce());
  field().blur();
  expect(save.mock.calls.map(([{ body }]) => body)).toEqual([{ beep_seconds: 20 }]);
});
