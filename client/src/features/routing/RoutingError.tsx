import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { asProblem } from '~/core/problem';
import type { Targets } from './destinations';
import { useProblemText } from './useProblemText';

/** An error that concerns no field, such as what still uses an item that was to be deleted. */
export function RoutingError({ fault, targets }: { fault: unknown; targets: Targets }) {
  const text = useProblemText(targets);
  if (fault === undefined || fault === null) return null;
  return (
    <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} className="notice">
      {text(asProblem(fault))}
    </Alert>
  );
}
