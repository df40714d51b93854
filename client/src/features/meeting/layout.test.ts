import { describe, expect, it } from 'vitest';
import type { Participant } from '~/api';
import { arrange, qualities } from './layout';
import type { MeetingVideo } from './meeting';

const person = (id: string, more: Partial<Participant> = {}) =>
  ({ id, state: 'in', own: false, ...more }) as Participant;
const camera = (participant: string): MeetingVideo => ({
  id: `camera of ${participant}`,
  participant,
  source: 'camera',
  quality: 'off',
});
const names = (tiles: readonly { participant: Participant }[]) => tiles.map((each) => each.participant.id);

describe('the tiles of a meeting', () => {
  const many = ['a', 'b', 'c', 'd', 'e'].map((id) => person(id));
  const at = (page: number, speaking: string | null = null) => ({ speaking, page, size: 2 });

  it('are those with a camera first, then in order of joining, without the user', () => {
    const people = [person('me', { own: true }), ...many];
    const stage = arrange(people, [camera('c'), camera('me')], { ...at(0), size: 9 });
    expect(names(stage.tiles)).toEqual(['c', 'a', 'b', 'd', 'e']);
    expect(stage.tiles[0]!.camera?.id).toBe('camera of c');
    expect(stage.pages).toBe(1);
  });

  it('come in pages, and a page that no longer exists is the last one', () => {
    expect(names(arrange(many, [], at(1)).tiles)).toEqual(['c', 'd']);
    expect(arrange(many, [], at(7))).toMatchObject({ page: 2, pages: 3 });
    expect(arrange([], [], at(0))).toMatchObject({ tiles: [], pages: 1, page: 0 });
  });

  it('show a speaker of another page in the last place of the first one', () => {
    expect(names(arrange(many, [], at(0, 'd')).tiles)).toEqual(['a', 'd']);
    expect(names(arrange(many, [], at(0, 'b')).tiles)).toEqual(['a', 'b']);
  });

  it('omit those who wait', () => {
    expect(names(arrange([person('w', { state: 'waiting' }), person('a')], [], at(0)).tiles)).toEqual(['a']);
  });

  it('stand beside the screen of another participant', () => {
    const screen: MeetingVideo = { id: 's', participant: 'a', source: 'screen', quality: 'off' };
    expect(arrange(many, [screen], at(0)).screen?.participant.id).toBe('a');
    expect(arrange([person('a', { own: true })], [screen], at(0)).screen).toBeUndefined();
  });

  it('need a good quality only if they are few', () => {
    const cameras = many.map(({ id }) => camera(id));
    const few = arrange(many, cameras, { ...at(0), size: 4 });
    expect([...qualities(few).values()]).toEqual(['high', 'high', 'high', 'high']);
    expect(new Set(qualities(arrange(many, cameras, { ...at(0), size: 9 })).values())).toEqual(new Set(['low']));
    const screen: MeetingVideo = { id: 's', participant: 'a', source: 'screen', quality: 'off' };
    const beside = qualities(arrange(many, [screen, camera('b')], { ...at(0), size: 3 }));
    expect(Object.fromEntries(beside)).toEqual({ 'camera of b': 'low', s: 'high' });
  });
});
