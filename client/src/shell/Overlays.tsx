import { ModalsProvider, useModals } from '@mantine/modals';
import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { markDialogsMounted } from '~/design/dialogs';
import { useLayer } from '~/design/layers';
import { Toasts } from '~/design/Toasts';
import { useEmergencyToasts } from '~/features/emergency';

/** Dialogs and notifications. They are opened by events, so no children are needed. */
export default function Overlays() {
  const { t } = useLingui();
  useEffect(markDialogsMounted, []);
  useEmergencyToasts();
  return (
    <ModalsProvider modalProps={{ closeButtonProps: { 'aria-label': t`Close` } }}>
      <DialogLayer />
      <Toasts />
    </ModalsProvider>
  );
}

function DialogLayer() {
  const { modals, closeModal } = useModals();
  const id = modals.at(-1)?.id;
  useLayer(id !== undefined, () => closeModal(id ?? ''));
  return null;
}
