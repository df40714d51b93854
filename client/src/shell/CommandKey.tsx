import { useHotkeys } from '@mantine/hooks';
import { Suspense, useState } from 'react';
import { lazyPart } from '~/core/lazy-part';
import { ErrorBoundary } from '~/design/ErrorBoundary';

const CommandPalette = lazyPart(() => import('~/features/dial').then((each) => each.loadCommandPalette()));

/** ⌘K or Ctrl-K opens the command palette. The key works at once; the palette is loaded when it is first opened. */
export function CommandKey() {
  const [opened, setOpened] = useState<boolean>();
  useHotkeys([['mod+K', () => setOpened(true)]], []);
  if (opened === undefined) return null;
  return (
    <ErrorBoundary>
      <Suspense>
        <CommandPalette opened={opened} onClose={() => setOpened(false)} />
      </Suspense>
    </ErrorBoundary>
  );
}
