import { describe, expect, it } from 'vitest';
import type { Route } from '~/api';
import { example, inOrder, moved, nextPosition } from './model';

function route(id: string, position: number, pattern = '+.', created = '2026-01-01'): Route {
  return { id, position, pattern, created } as Route;
}

const ids = (routes: Route[]) => routes.map(({ id }) => id).join('');

/** The order after changes of positions. */
function applied(routes: Route[], changes: ReturnType<typeof moved>): string {
  return ids(
    inOrder(
      routes.map((each) => ({
        ...each,
        position: changes.find(({ id }) => id === each.id)?.position ?? each.position,
      })),
    ),
  );
}

describe('the order of routes', () => {
  it('is that of positions, then of the narrower pattern, then of age', () => {
    const routes = [
      route('d', 100, '+.'),
      route('c', 100, '+49.'),
      route('b', 100, '+49XX'),
      route('e', 100, '+.', '2026-02-01'),
      route('a', 5, '.'),
    ];
    expect(ids(inOrder(routes))).toBe('abcde');
    expect(ids(inOrder([route('b', 1, '00[1-3].'), route('a', 1, '00[1].')]))).toBe('ab');
  });

  it('changes two positions for one step', () => {
    const routes = [route('a', 10), route('b', 20), route('c', 30)];
    expect(moved(routes, 'c', -1)).toEqual([
      { id: 'c', position: 20 },
      { id: 'b', position: 30 },
    ]);
    expect(applied(routes, moved(routes, 'a', 1))).toBe('bac');
  });

  it('numbers equal positions anew', () => {
    const routes = inOrder([route('a', 100, '+49.'), route('b', 100), route('c', 200)]);
    expect(applied(routes, moved(routes, 'b', -1))).toBe('bac');
  });

  it('fits a thousand routes below the last position', () => {
    const many = Array.from({ length: 1001 }, (_, each) => route(String(each), 100));
    expect(Math.max(...moved(many, '3', 1).map(({ position }) => position))).toBeLessThanOrEqual(10_000);
  });

  it('has two ends', () => {
    const routes = [route('a', 1), route('b', 2)];
    expect(moved(routes, 'a', -1)).toEqual([]);
    expect(moved(routes, 'b', 1)).toEqual([]);
    expect(moved(routes, 'x', 1)).toEqual([]);
  });

  it('puts a new route last', () => {
    expect(nextPosition([])).toBe(10);
    expect(nextPosition([route('a', 100), route('b', 40)])).toBe(110);
    expect(nextPosition([route('a', 10_000)])).toBe(10_000);
  });
});

describe('the number sent', () => {
  it('loses its beginning and gets another', () => {
    const sent = example({ pattern: '+49.', strip: 3, prepend: '0' });
    expect(sent).toEqual({ number: '+49301234567', as: '0301234567' });
    expect(example({ pattern: '0Z.', strip: 1, prepend: '' })?.as).toBe('301234567');
    expect(example({ pattern: '+.', strip: 0, prepend: '' })).toBeUndefined();
  });
});
