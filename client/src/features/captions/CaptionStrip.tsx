import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Participant } from '~/api';
import { useValue } from '~/core/store';
import { useParticipantName } from '~/features/conferences';
import type { Captions } from './captions';
import css from './captions.module.css';

interface CaptionStripProps {
  captions: Captions;
  participants: readonly Participant[];
  /** Answers the question whether one's own words may be shown. */
  answer: (agrees: boolean) => void;
}

/** The words spoken in a meeting, as text. Each viewer can hide it. */
export function CaptionStrip({ captions, participants, answer }: CaptionStripProps) {
  const { t } = useLingui();
  const { lines, behind } = useValue(captions.state);
  const [hidden, setHidden] = useState(false);
  const asked = participants.some((each) => each.own && each.captions_consent === 'told');
  return (
    <section className={css.strip} aria-label={t`Live captions`} data-captions>
      {/* The region exists before its first text: only then is the text announced. */}
      <div className={css.lines} aria-live="polite">
        {!hidden && lines.length === 0 && !behind && (
          <p>
            <Trans>Live captions are on. Nothing is stored.</Trans>
          </p>
        )}
        {!hidden &&
          lines.map((each) => (
            <Line key={each.key} speaker={participants.find(({ id }) => id === each.participant)} text={each.text} />
          ))}
        {!hidden && behind && (
          <p className={css.behind}>
            <Trans>Captions are behind</Trans>
          </p>
        )}
      </div>
      <div className={css.actions}>
        {asked && (
          <>
            <Button size="md" onClick={() => answer(true)}>
              <Trans>Agree</Trans>
            </Button>
            <Button size="md" variant="default" onClick={() => answer(false)}>
              <Trans>Do not agree</Trans>
            </Button>
          </>
        )}
        <Button size="md" variant="default" onClick={() => setHidden(!hidden)}>
          {hidden ? <Trans>Show captions</Trans> : <Trans>Hide captions</Trans>}
        </Button>
      </div>
    </section>
  );
}

function Line({ speaker, text }: { speaker?: Participant; text: string }) {
  return (
    <p>
      {speaker && <Speaker of={speaker} />} {text}
    </p>
  );
}

function Speaker({ of }: { of: Participant }) {
  return <strong>{useParticipantName(of)}:</strong>;
}
