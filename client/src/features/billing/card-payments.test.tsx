import { QueryClient } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Problem } from '~/core/problem';
import { AddCredit, PayByCard, useCardProcessor } from './CardPayments';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

/** Shows that the state of payments by card was asked for again, in vain. */
const Failed = () => useCardProcessor().error && <p>Failed</p>;

it('without payments by card there is nothing, also if their state cannot be loaded again', async () => {
  vi.spyOn(api, 'showCardProcessor').mockRejectedValue(new Problem('our-mistake', 500, 'No.'));
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  queries.setQueryData(['card-processor'], { enabled: false });
  const place = rendered(
    <>
      <PayByCard invoice="2026-1" />
      <AddCredit currency="EUR" />
      <Failed />
    </>,
    queries,
  );
  await eventually(() => expect(place.textContent).toContain('Failed'));
  expect(place.querySelectorAll('button, [role=alert]')).toHaveLength(0);
});
