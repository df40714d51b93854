import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { dialogsAreHere } from '~/design/Ask';

/** Where dialogs and notices appear, above all else. They are called by events, so nothing has to stand inside. */
export default function Overlays() {
  const { t } = useLingui();
  useEffect(dialogsAreHere, []);
  return (
    <ModalsProvider modalProps={{ closeButtonProps: { 'aria-label': t`Close` } }}>
      <Notifications position="top-center" />
    </ModalsProvider>
  );
}
