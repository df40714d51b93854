import { FileButton, FileInput, MantineProvider } from '@mantine/core';
import { expect, it, vi } from 'vitest';
import { theme } from './theme';
import { eventually } from '../../test/eventually';
import { rendered } from '../../test/rendered';

it.each([
  ['field', <FileInput />],
  ['button', <FileButton onChange={() => undefined}>{(props) => <button {...props} />}</FileButton>],
])('a %s takes the same file again once it was corrected', async (_, control) => {
  const place = rendered(<MantineProvider theme={theme}>{control}</MantineProvider>);
  const input = () => place.querySelector('input');
  await eventually(() => expect(input()).not.toBeNull());
  const set = vi.fn<(value: string) => void>();
  Object.defineProperty(input(), 'value', { set });
  input()!.click();
  expect(set).toHaveBeenCalledExactlyOnceWith('');
});
