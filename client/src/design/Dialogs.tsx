import { getDefaultZIndex, Modal } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { useValue } from '~/core/store';
import { ChoiceFaults } from './ChoiceFaults';
import { closeDialog, dialogs, markDialogsMounted, type ShownDialog } from './dialogs';
import { useFormLayer } from './unsaved-input';

/** Shows the dialogs of `openDialog`. */
export function Dialogs() {
  const shown = useValue(dialogs);
  useEffect(markDialogsMounted, []);
  return shown.map((each) => <Dialog key={each.id} {...each} />);
}

function Dialog({ id, opened, title, children, size, zIndex = getDefaultZIndex('modal') + 1 }: ShownDialog) {
  const { t } = useLingui();
  // It opens only after it was drawn closed: then it fades in, and the focus returns afterwards.
  const [drawn, setDrawn] = useState(false);
  useEffect(() => setDrawn(true), []);
  const shown = drawn && opened;
  const { close, watch } = useFormLayer(shown, () => closeDialog(id));
  return (
    <Modal
      opened={shown}
      onClose={close}
      title={title}
      size={size}
      zIndex={zIndex}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <div ref={watch}>
        <ChoiceFaults />
        {children}
      </div>
    </Modal>
  );
}
