import { Plural, Trans } from '@lingui/react/macro';

/** The text of an invitation to a conference. `others`: participants besides the caller. */
export function Invitation({ caller, others }: { caller: string; others: number }) {
  if (others === 0) return <Trans>{caller} invites you to a conference</Trans>;
  return (
    <Plural
      value={others}
      one={`${caller} invites you to a conference with # other`}
      other={`${caller} invites you to a conference with # others`}
    />
  );
}
