import { Button } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import type { SignInFlow } from './sign-in-flow';

/** The only way on below the minimum age. */
export function LeaveButton({ flow }: { flow: SignInFlow }) {
  const busy = useValue(flow.state, (each) => each.busy);
  return (
    <Button size="md" loading={busy} onClick={() => void flow.leave()}>
      <Trans>Leave</Trans>
    </Button>
  );
}
