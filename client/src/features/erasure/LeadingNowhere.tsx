import { List, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { useId } from 'react';
import { useNumberFormat } from '~/features/phone-numbers';
import { parseDestination, useDestinationText } from '~/features/routing';

/** The numbers, opening hours and others that lead to a person, and nowhere after the erasure. */
export function LeadingNowhere({ destinations }: { destinations: string[] }) {
  const heading = useId();
  const formatted = useNumberFormat();
  const textOf = useDestinationText({});
  const nameOf = (destination: string) => {
    const { kind, name } = parseDestination(destination);
    return kind === 'number' ? formatted(name) : textOf(destination);
  };
  if (destinations.length === 0) return null;
  return (
    <>
      <Text size="sm" id={heading}>
        <Trans>These lead to this person, and nowhere afterwards. Choose other destinations for them:</Trans>
      </Text>
      <List size="sm" aria-labelledby={heading}>
        {destinations.map((each) => (
          <List.Item key={each}>{nameOf(each)}</List.Item>
        ))}
      </List>
    </>
  );
}
