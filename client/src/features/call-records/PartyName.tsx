import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { CallRecord } from '~/api';
import { useNumberFormat } from '~/features/phone-numbers';

type Party = CallRecord['parties'][number];

/** The first called party. The room, group, queue or menu that was dialled has its name in the steps of the call only. */
export function calledParty({ parties: [, callee], steps }: Pick<CallRecord, 'parties' | 'steps'>): Party | undefined {
  if (!callee?.number || callee.name) return callee;
  return { ...callee, name: steps.find(({ number }) => number === callee.number)?.name ?? '' };
}

/** Text of a party for search and export, with its number as it is dialled. */
export function usePartyText(): (party: Party | undefined) => string {
  return useTextOf(String);
}

/** Text of a party as it is shown. */
export function useShownParty(): (party: Party | undefined) => string {
  return useTextOf(useNumberFormat());
}

function useTextOf(written: (number: string) => string): (party: Party | undefined) => string {
  const { t } = useLingui();
  return (party) => {
    if (!party) return '';
    if (party.erased) return t`Deleted person`;
    return [party.name, party.number && written(party.number)].filter(Boolean).join(' ') || t`Withheld number`;
  };
}

/** Name and number of a party. */
export function PartyName({ party }: { party: Party | undefined }) {
  const formatted = useNumberFormat();
  if (!party) return null;
  if (party.erased)
    return (
      <Text span c="dimmed" fs="italic" size="sm">
        <Trans>Deleted person</Trans>
      </Text>
    );
  if (!party.name && !party.number) return <Trans>Withheld number</Trans>;
  const number = formatted(party.number ?? '');
  return (
    <>
      {party.name || number}
      {party.name && (
        <Text span c="dimmed" size="sm" ml="xs">
          {number}
        </Text>
      )}
    </>
  );
}
