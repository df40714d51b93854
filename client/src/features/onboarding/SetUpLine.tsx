import { Anchor, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useValue } from '~/core/store';
import { ReachDot, useReachability } from '~/features/status';
import { onboarding, restoreOnboarding } from './state';
import css from './onboarding.module.css';

/** Until the phone is set up: a line that says so, with the way there. */
export function SetUpLine({ onFollow }: { onFollow?: () => void }) {
  const done = useValue(onboarding, (each) => each.done);
  const { reach } = useReachability();
  useEffect(() => void restoreOnboarding(), []);
  if (done !== false || reach !== 'open') return null;
  return (
    <Text className={css.line} size="sm">
      <ReachDot reach={reach} />
      <span>
        <Trans>Rings only while open.</Trans>{' '}
        <Anchor inherit underline="always" renderRoot={(props) => <Link to="/welcome" {...props} onClick={onFollow} />}>
          <Trans>Set up</Trans>
        </Anchor>
      </span>
    </Text>
  );
}
