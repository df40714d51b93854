import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { leave } from '~/api/session';
import { Stage } from '~/design/Stage';
import { useValue } from '~/kernel/store';
import { Entry } from './entry';
import { EntrySteps, useStepWords } from './EntrySteps';

/** For who is signed in and has yet to say yes to the present terms. Whoever does not is signed out. */
export default function Acceptance() {
  const { t } = useLingui();
  const [entry] = useState(() => new Entry());
  const [asked, setAsked] = useState(false);
  const step = useValue(entry.state, (each) => each.step);
  const words = useStepWords(entry);
  useEffect(() => {
    if (step === 'accept') setAsked(true);
    else if (step === 'proof' && asked) void leave('left');
    else if (step === 'proof') void entry.onlyAccept();
  }, [entry, step, asked]);
  return (
    <Stage title={words?.title ?? t`Before you begin`} lead={words?.lead}>
      <EntrySteps entry={entry}>
        <Button size="md" fullWidth onClick={() => void entry.onlyAccept()}>
          <Trans>Try again</Trans>
        </Button>
      </EntrySteps>
    </Stage>
  );
}
