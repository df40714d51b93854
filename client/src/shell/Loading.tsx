import { Center, Loader, VisuallyHidden } from '@mantine/core';
import { Trans } from '@lingui/react/macro';

/** In place of a screen whose script is still on its way. */
export function Loading() {
  return (
    <Center mih="40dvh" role="status">
      <Loader aria-hidden />
      <VisuallyHidden>
        <Trans>Loading</Trans>
      </VisuallyHidden>
    </Center>
  );
}
