import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Trans } from '@lingui/react/macro';
import { shownNumber } from './shown-for';
import { useNumbers } from './useNumbers';

/** Says which number calls outside in the name of a group or queue show, such as callbacks and forwarded calls. */
export function ShownNumber({ owner, tenant }: { owner: string; tenant?: string }) {
  const numbers = useNumbers(tenant);
  if (!numbers.loaded) return null;
  const shown = shownNumber(owner, numbers.items);
  return (
    <Text size="sm">
      {shown ? (
        <Trans>Its calls outside show {shown}.</Trans>
      ) : (
        <Trans>Its calls outside show the number of the route.</Trans>
      )}{' '}
      <Anchor component={Link} to="/numbers" size="sm">
        <Trans>Change under Numbers</Trans>
      </Anchor>
    </Text>
  );
}
