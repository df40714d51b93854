import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { CallRecord } from '~/api';

type Party = CallRecord['parties'][number];

/** Text of a party for search and export. */
export function usePartyText(): (party: Party | undefined) => string {
  const { t } = useLingui();
  return (party) => {
    if (!party) return '';
    if (party.erased) return t`Deleted person`;
    return [party.name, party.number].filter(Boolean).join(' ') || t`Withheld number`;
  };
}

/** Name and number of a party. */
export function PartyName({ party }: { party: Party | undefined }) {
  if (!party) return null;
  if (party.erased)
    return (
      <Text span c="dimmed" fs="italic" size="sm">
        <Trans>Deleted person</Trans>
      </Text>
    );
  if (!party.name && !party.number) return <Trans>Withheld number</Trans>;
  return (
    <>
      {party.name || party.number}
      {party.name && (
        <Text span c="dimmed" size="sm" ml="xs">
          {party.number}
        </Text>
      )}
    </>
  );
}
