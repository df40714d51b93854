import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { markDialogsMounted } from '~/design/Confirm';

/** Where dialogs and notices appear, above all else. They are called by events, so nothing has to stand inside. */
export default function Overlays() {
  const { t } = useLingui();
  useEffect(markDialogsMounted, []);
  return (
    <ModalsProvider modalProps={{ closeButtonProps: { 'aria-label': t`Close` } }}>
      <Notifications position="top-center" />
    </ModalsProvider>
  );
}
