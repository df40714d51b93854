import { ModalsProvider, useModals } from '@mantine/modals';
import { useLingui } from '@lingui/react/macro';
import { Dialogs } from '~/design/Dialogs';
import { useLayer } from '~/design/layers';
import { Toasts } from '~/design/Toasts';
import { useEmergencyToasts } from '~/features/emergency';

/** Dialogs and notifications. They are opened by events, so no children are needed. */
export default function Overlays() {
  const { t } = useLingui();
  useEmergencyToasts();
  return (
    <ModalsProvider modalProps={{ closeButtonProps: { 'aria-label': t`Close` } }}>
      <Dialogs />
      <QuestionLayer />
      <Toasts />
    </ModalsProvider>
  );
}

/** The questions of `confirmAction` and `chooseOption`. */
function QuestionLayer() {
  const { modals, closeModal } = useModals();
  const id = modals.at(-1)?.id;
  useLayer(id !== undefined, () => closeModal(id ?? ''));
  return null;
}
