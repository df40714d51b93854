import { MutationObserver, QueryObserver } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { queries } from './Providers';
import { eventually } from '../../test/eventually';

it('a list whose first load began before a change shows the change', async () => {
  let settled = false;
  const answers: ((items: string[]) => void)[] = [];
  const list = new QueryObserver(queries, {
    queryKey: ['things'],
    queryFn: () => new Promise<string[]>((resolve) => answers.push(resolve)),
  });
  const close = list.subscribe(() => undefined);
  const add = new MutationObserver(queries, {
    mutationFn: () => Promise.resolve('added'),
    onSettled: () => {
      settled = true;
      return queries.invalidateQueries({ queryKey: ['things'] });
    },
  });
  const added = add.mutate();
  await eventually(() => expect(settled).toBe(true));
  answers[0]?.([]); // was read before the change
  await added;
  await eventually(() => expect(answers).toHaveLength(2));
  answers[1]?.(['thing']);
  await eventually(() => expect(list.getCurrentResult().data).toEqual(['thing']));
  close();
});
