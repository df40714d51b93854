import { Modal } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { PaletteList } from './PaletteList';

/** "Call or find…": opened by ⌘K or Ctrl-K. Mount it once. */
export default function CommandPalette() {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  useHotkeys([['mod+K', () => setOpened(true)]], []);
  return (
    <Modal.Root opened={opened} onClose={() => setOpened(false)} size={560} yOffset="10dvh">
      <Modal.Overlay />
      <Modal.Content aria-label={t`Call or find`}>
        <Modal.Body p={0}>
          <PaletteList onDone={() => setOpened(false)} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
