import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { changePictures, setPictures } from '~/core/pictures';
import { Avatar } from './Avatar';

const revoke = vi.fn();
const load = vi.fn(async () => new Blob());

beforeEach(() => {
  let number = 0;
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.stubGlobal('URL', { createObjectURL: () => `blob:${(number += 1)}`, revokeObjectURL: revoke });
});
afterEach(() => vi.unstubAllGlobals());

it('shows the newest picture of a person once it is fetched, and letters without one', async () => {
  const place = document.createElement('div');
  const root = createRoot(place);
  const shown = () => place.querySelector('img')?.getAttribute('src');
  const pictures = (version?: string) =>
    act(async () => setPictures('colleagues', new Map(version ? [['ada', { version, load }]] : [])));
  await act(async () => root.render(<Avatar name="Ada Example" of="ada" />));
  expect(shown()).toBeUndefined();
  await pictures('first');
  expect(shown()).toBe('blob:1');
  await pictures('first');
  await act(async () => root.render(<Avatar name="Ada Example" of="ada" size={24} />));
  expect(load).toHaveBeenCalledTimes(1);
  await pictures('second');
  expect(shown()).toBe('blob:2');
  expect(revoke).toHaveBeenCalledWith('blob:1');
  await act(async () => root.render(<Avatar name="Ben" of="ben" />));
  expect(shown()).toBeUndefined();
  await act(async () => root.render(<Avatar name="Ada Example" of="ada" />));
  await pictures();
  expect(shown()).toBeUndefined();
  act(() => root.unmount());
});

it('adds and removes single pictures of a group', async () => {
  const place = document.createElement('div');
  const root = createRoot(place);
  const shown = () => place.querySelector('img')?.getAttribute('src');
  const change = (key: string, version?: string) =>
    act(async () => changePictures('contacts', new Map([[key, version ? { version, load } : undefined]])));
  await act(async () => root.render(<Avatar name="Max" of="max" />));
  await change('max', 'a');
  expect(shown()).toBe('blob:1');
  await change('eva', 'b');
  expect(shown()).toBe('blob:1');
  await change('max');
  expect(shown()).toBeUndefined();
  act(() => root.unmount());
});
