import { Modal } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useLayer } from '~/design/layers';
import { PaletteList } from './PaletteList';

/** "Call or find…". */
export default function CommandPalette({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const dismiss = useLayer(opened, onClose);
  return (
    <Modal.Root opened={opened} onClose={dismiss} size={560} yOffset="10dvh">
      <Modal.Overlay />
      <Modal.Content aria-label={t`Call or find`}>
        <Modal.Body p={0}>
          <PaletteList onDone={onClose} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
