import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { leave, session } from '~/api/session';
import { Stage } from '~/design/Stage';
import { useValue } from '~/kernel/store';
import { Entry } from './entry';
import { EntrySteps, useStepWords } from './EntrySteps';

/** For who is signed in and has yet to choose a password or to say yes to the present terms. Whoever does not is signed out. */
export default function HalfIn() {
  const { t } = useLingui();
  const [entry] = useState(() => new Entry());
  const [asked, setAsked] = useState(false);
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const step = useValue(entry.state, (each) => each.step);
  const words = useStepWords(entry);
  useEffect(() => {
    if (step === 'accept' || step === 'password') setAsked(true);
    else if (step === 'proof' && asked) void leave('left');
    else if (step === 'proof' && me) void entry.goOnWith(me);
  }, [entry, step, asked, me]);
  return (
    <Stage title={words?.title ?? t`Before you begin`} lead={words?.lead}>
      <EntrySteps entry={entry}>
        <Button size="md" fullWidth onClick={() => me && void entry.goOnWith(me)}>
          <Trans>Try again</Trans>
        </Button>
      </EntrySteps>
    </Stage>
  );
}
