import { Button, Group } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import { CONFERENCE_RECORDING } from '~/features/call';
import { recordingState } from '~/features/conferences';
import css from './guest.module.css';
import type { Visit } from './visit';

/** Says that the meeting is recorded, before the guest enters and while they are in it, and takes the answer if asked. */
export function RecordingNotice({ visit }: { visit: Visit }) {
  const { t } = useLingui();
  const meeting = useValue(visit.state, (each) => each.meeting);
  const state = recordingState(meeting?.recorded, meeting?.paused, meeting?.video_recorded);
  return (
    <div aria-live="assertive" className={css.recording}>
      {state !== 'none' && (
        <div className={css.notice}>
          <p>{t(CONFERENCE_RECORDING[state])}</p>
          {meeting?.consent === 'told' && (
            <Group gap="xs" justify="center">
              <Button size="md" onClick={() => visit.answer(true)}>
                <Trans>Agree</Trans>
              </Button>
              <Button size="md" variant="default" onClick={() => visit.answer(false)}>
                <Trans>Do not agree</Trans>
              </Button>
            </Group>
          )}
        </div>
      )}
    </div>
  );
}
