import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import type { ErasurePlan } from '~/api';
import { ErasureSteps } from './ErasureSteps';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

it('the plan names what leads nowhere after the erasure', async () => {
  const leading_nowhere = ['hours:office', 'number:+4930123456'];
  const plan = { digest: 'd', held: [], kept: [], leading_nowhere } as unknown as ErasurePlan;
  const never = () => Promise.reject(new TypeError('Not confirmed.'));
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const page = rendered(
    <ErasureSteps subject={['ada']} plan={() => Promise.resolve(plan)} erase={never} name="Ada" confirmLabel="Erase" />,
    queries,
  );
  await eventually(() => {
    const listed = [...page.querySelectorAll('li')].map((each) => each.textContent?.replaceAll(/[\s\p{Cf}]/gu, ''));
    expect(listed).toEqual(['Openinghoursoffice', '+4930123456']);
  });
});
