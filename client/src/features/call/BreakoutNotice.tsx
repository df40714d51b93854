import { VisuallyHidden } from '@mantine/core';
import { Plural, useLingui } from '@lingui/react/macro';
import { useSecondsLeft } from '~/features/conferences';
import { CallNotice } from './CallNotice';

interface BreakoutNoticeProps {
  /** Name of the breakout room in which the participant is; undefined in the main room. */
  name?: string;
  /** A line of a host to everyone. */
  text: string;
  endsAt?: number;
  /** Names of those who ask for a host, with their rooms. */
  asking?: readonly string[];
  /** People in the lobby of the main room; set for participants who may admit them. */
  waiting?: number;
  admit?: () => void;
  back: () => void;
  /** Ask for a host; undefined for hosts, and once it is done. */
  ask?: () => void;
}

/** Where a participant is while a meeting has breakout rooms, and the way back. */
export function BreakoutNotice({
  name,
  text,
  endsAt,
  asking = [],
  waiting = 0,
  admit,
  back,
  ask,
}: BreakoutNoticeProps) {
  const { t } = useLingui();
  const left = useSecondsLeft(endsAt);
  return (
    <CallNotice role="status" title={name === undefined ? t`Breakout rooms are open` : t`Breakout room: ${name}`}>
      {text && <p>{t`Message to everyone: ${text}`}</p>}
      {asking.map((each) => (
        <p key={each}>{t`${each} asks for a host`}</p>
      ))}
      {waiting > 0 && (
        <>
          <p>
            <Plural
              value={waiting}
              one="# person waits in the lobby of the main room"
              other="# people wait in the lobby of the main room"
            />
          </p>
          <button type="button" onClick={admit}>{t`Admit all`}</button>
        </>
      )}
      {name !== undefined && <p>{t`Breakout rooms are not recorded.`}</p>}
      {left !== undefined && (
        <p>
          {/* Announced once, not each second. */}
          <VisuallyHidden>{t`Everyone is about to return to the main room.`}</VisuallyHidden>
          <span aria-hidden>{t`Everyone returns to the main room in ${left} s.`}</span>
        </p>
      )}
      {name !== undefined && <button type="button" onClick={back}>{t`Back to the main room`}</button>}
      {name !== undefined && ask && <button type="button" onClick={ask}>{t`Ask a host to come`}</button>}
    </CallNotice>
  );
}
