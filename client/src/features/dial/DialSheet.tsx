import { Drawer, Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useRouterState } from '@tanstack/react-router';
import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/core/store';
import { useLayer } from '~/design/layers';
import { phone } from '~/sip';
import { Pad } from './Pad';
import { ParkedCalls } from './ParkedCalls';
import { closeDial, dialSheet } from './sheet';
import css from './pad.module.css';

/** From this width on the pad is a dialog beside the list instead of a sheet. */
const WIDE = '(min-width: 56.25em)';
/** Share of the screen; more on small screens, which the keys need. */
const HEIGHT = 'calc(min(100dvh, max(46rem, 82dvh)))';

/**
 * The pad above another screen; `openDial` opens it. Mount it once. Another screen closes it, and on a phone
 * an incoming call; what was typed is kept.
 */
export default function DialSheet() {
  const { t } = useLingui();
  const opened = useValue(dialSheet, (each) => each.opened);
  const dismiss = useLayer(opened, closeDial);
  const wide = useMediaQuery(WIDE, false, { getInitialValueInEffect: false });
  const ringing = useValue(phone.state, ({ calls }) => calls.some((each) => each.phase === 'incoming'));
  useEffect(() => {
    if (ringing && !wide) closeDial();
  }, [ringing, wide]);
  const path = useRouterState({ select: (each) => each.location.pathname });
  useEffect(() => closeDial, [path]);
  const common = {
    opened,
    onClose: dismiss,
    title: t`Dial`,
    closeButtonProps: { 'aria-label': t`Close`, size: 44 },
  };
  const pad = (
    <div className={css.sheet}>
      <ParkedCalls />
      <Pad onDone={closeDial} />
    </div>
  );
  return wide ? (
    <Modal {...common} size="24rem" centered>
      {pad}
    </Modal>
  ) : (
    <Drawer {...common} position="bottom" size={HEIGHT} classNames={{ content: css.sheetContent, body: css.sheetBody }}>
      {pad}
    </Drawer>
  );
}
