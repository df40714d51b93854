import { Title, VisuallyHidden } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { LineStatus } from './LineState';
import { Pad } from './Pad';
import { ParkedCalls } from './ParkedCalls';
import css from './dial.module.css';

/** The pad as a screen; all buttons are in the lower half. */
export default function Dial() {
  const { t } = useLingui();
  useEffect(() => {
    document.title = `${t`Dial`} · UnifiCX`;
  }, [t]);
  return (
    <div className={css.dial}>
      <VisuallyHidden>
        <Title order={1}>
          <Trans>Dial</Trans>
        </Title>
      </VisuallyHidden>
      <LineStatus />
      <ParkedCalls />
      <Pad />
    </div>
  );
}
