import { Badge } from '@mantine/core';
import { Trans } from '@lingui/react/macro';

/** Marks a call to the caller's own number. */
export function TestBadge() {
  return (
    <Badge variant="light" color="gray" ms={6}>
      <Trans>Test call</Trans>
    </Badge>
  );
}
