import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Problem } from '~/core/problem';
import { CardProcessor } from './CardProcessor';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

vi.mock('~/design/Confirm', () => ({ confirmAction: async () => true }));

it('payments by card that could not be ended are reported', async () => {
  vi.spyOn(api, 'showCardProcessor').mockResolvedValue({ data: { enabled: true, mode: 'live' } } as never);
  vi.spyOn(api, 'removeCardProcessor').mockRejectedValue(new Problem('unreachable', 0, 'Gone.'));
  const place = rendered(<CardProcessor />);
  const end = () => [...place.querySelectorAll('button')].find((each) => each.textContent === 'End payments by card');
  await eventually(() => expect(end()).toBeDefined());
  end()!.click();
  await eventually(() =>
    expect(place.querySelector('[role=alert]')?.textContent).toContain('The server is not responding'),
  );
});
