import { describe, expect, it } from 'vitest';
import { chosenSide, moveSwipe, startSwipe, type SwipeSide } from './swipe';

const BOTH: SwipeSide[] = ['left', 'right'];
const WIDTH = 390;

function swiped(path: [number, number][], sides = BOTH, from: [number, number] = [200, 300]) {
  const start = startSwipe(...from, WIDTH)!;
  return path.reduce((swipe, [x, y]) => moveSwipe(swipe, from[0] + x, from[1] + y, sides), start);
}

describe('a swipe', () => {
  it.each<[string, [number, number][], SwipeSide | undefined]>([
    [
      'far to the left',
      [
        [-20, 2],
        [-100, 10],
      ],
      'left',
    ],
    [
      'far to the right',
      [
        [20, 2],
        [100, 10],
      ],
      'right',
    ],
    [
      'too short',
      [
        [-20, 2],
        [-80, 2],
      ],
      undefined,
    ],
    [
      'taken back',
      [
        [-20, 2],
        [-120, 2],
        [-10, 2],
      ],
      undefined,
    ],
    ['a tap', [[3, -4]], undefined],
    [
      'scrolling',
      [
        [2, 30],
        [120, 30],
      ],
      undefined,
    ],
    [
      'slanting',
      [
        [12, 12],
        [120, 12],
      ],
      undefined,
    ],
    [
      'from one side to the other',
      [
        [-20, 0],
        [120, 0],
      ],
      'right',
    ],
  ])('that is %s runs %s', (_, path, side) => {
    expect(chosenSide(swiped(path))).toBe(side);
  });

  it('does not move a row to a side without an action', () => {
    expect(swiped([[100, 0]], ['left'])).toMatchObject({ state: 'scrolling', offset: 0 });
    expect(
      swiped(
        [
          [-50, 0],
          [100, 0],
        ],
        ['left'],
      ),
    ).toMatchObject({ state: 'swiping', offset: 0 });
  });

  it('leaves the edges to the browser', () => {
    for (const x of [0, 23, WIDTH - 23, WIDTH]) expect(startSwipe(x, 300, WIDTH)).toBeUndefined();
    expect(startSwipe(24, 300, WIDTH)).toBeDefined();
  });
});
