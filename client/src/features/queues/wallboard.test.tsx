import { expect, it, vi } from 'vitest';
import { api, type LiveAgent, type LiveQueue } from '~/api';
import { Wallboard } from './Wallboard';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

type State = Pick<LiveAgent, 'state' | 'paused' | 'reason'>;

it.each<[string, State, string, boolean]>([
  ['Pause: lunch', { state: 'paused', paused: true, reason: 'lunch' }, 'Resume Ada', false],
  ['paused', { state: 'paused', paused: true, reason: null }, 'Resume Ada', false],
  ['do not disturb', { state: 'paused', paused: false, reason: null }, 'Pause Ada', true],
  ['in a call', { state: 'in_call', paused: true, reason: null }, 'Resume Ada', false],
  ['available', { state: 'available', paused: false, reason: null }, 'Pause Ada', true],
])('shows why an agent does not ring, and offers the change that has an effect: %s', async (text, state, name, to) => {
  vi.spyOn(api, 'listQueueVisits').mockResolvedValue({ data: { items: [] } } as never);
  const change = vi.spyOn(api, 'changeAgent').mockResolvedValue({ data: {} } as never);
  const agents = [{ extension_id: 'a', extension: '1001', name: 'Ada', seconds: 1, ...state }];
  const place = rendered(<Wallboard live={{ id: 'q', waiting: [], agents } as unknown as LiveQueue} tenant="t" />);
  const button = () => place.querySelector<HTMLElement>(`[aria-label="${name}"]`);
  await eventually(() => expect(button()).not.toBeNull());
  expect(place.querySelector('.mantine-Badge-root')?.textContent).toBe(text);
  button()!.click();
  await eventually(() => expect(change).toHaveBeenCalledOnce());
  expect(change.mock.calls[0]![0].body).toEqual({ paused: to });
});
