import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { formatDateTime, formatDuration } from '~/design/dates';
import { Rows } from '~/design/Rows';
import { Section } from '~/design/Section';
import { useValue } from '~/core/store';
import { calls, useCallTexts } from '~/features/history';
import { RecordingRow, useOwnRecordings } from '~/features/recordings';
import { MessageRow, ownVoicemail } from '~/features/voicemail';
import type { ContactParty } from './Contact';
import css from './contact.module.css';

/** How many of the latest calls are shown. */
const MOST_CALLS = 10;

/** The user's calls, messages and recordings with a party. */
export function ContactHistory({ party: { number } }: { party: ContactParty }) {
  const { t } = useLingui();
  const { outcomeOf } = useCallTexts();
  const all = useValue(calls.state, (each) => each.calls);
  const { inbox, deleted } = useValue(ownVoicemail.state);
  const recordings = useOwnRecordings();
  useEffect(() => {
    void calls.open();
    void ownVoicemail.open();
  }, []);
  const recent = all.filter((each) => each.number === number && each.kind !== 'test').slice(0, MOST_CALLS);
  const messages = inbox.filter((each) => each.number === number && !deleted.has(each.id));
  const recorded = recordings.items.filter((each) => each.others.some((one) => one.number === number));
  return (
    <>
      {messages.length > 0 && (
        <Section title={t`Messages`}>
          <Rows label={t`Messages`}>
            {messages.map((each) => (
              <MessageRow key={each.id} message={each} />
            ))}
          </Rows>
        </Section>
      )}
      {recorded.length > 0 && (
        <Section title={t`Recordings`}>
          <Rows label={t`Recordings`}>
            {recorded.map((each) => (
              <RecordingRow key={each.id} recording={each} />
            ))}
          </Rows>
        </Section>
      )}
      <Section title={t`Recent calls`}>
        {recent.length === 0 ? (
          <Text size="sm" c="dimmed">
            <Trans>No calls with this number yet.</Trans>
          </Text>
        ) : (
          <ul className={css.calls} aria-label={t`Recent calls`}>
            {recent.map((each) => (
              <li key={each.id}>
                <Link to="/calls/$call" params={{ call: each.id }} className={css.pastCall}>
                  <span>{formatDateTime(each.started.toISOString())}</span>
                  <span className={css.dimmed}>
                    {[outcomeOf(each), each.seconds > 0 && formatDuration(each.seconds)].filter(Boolean).join(' · ')}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </>
  );
}
