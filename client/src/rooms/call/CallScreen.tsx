import { FocusTrap } from '@mantine/core';
import { IconArrowsExchange, IconChevronDown } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useClock } from '~/design/useClock';
import { turn } from '~/media/sensors';
import { useValue } from '~/kernel/store';
import { orientation } from '~/media/sensors';
import { click } from '~/media/tones';
import { phone, type Call, type Phase } from '~/sip';
import { Controls } from './Controls';
import { Lacks } from './Lacks';
import { callView, initials, showCall } from './model';
import { RecordingBanner } from './RecordingBanner';
import { Signs } from './Signs';
import { Undone } from './Undone';
import { useParty } from './useParty';
import { Video } from './Video';
import { stateOf } from './words';
import css from './call.module.css';

/** The call, over the whole screen. */
export function CallScreen({ call, other }: { call: Call; other?: Call }) {
  const { t } = useLingui();
  const state = useValue(call.state);
  const keypad = useValue(callView, (each) => each.keypad);
  const turned = useValue(turn);
  const held = useValue(orientation);
  const { title } = useParty(call);
  const [element, setElement] = useState<HTMLVideoElement | null>(null);
  const seen = state.theirVideo ?? state.ownVideo;
  return (
    <FocusTrap active>
      <section
        className={css.screen}
        data-video={seen ? '' : undefined}
        data-lies={held === 'landscape' || undefined}
        data-turn={turned || undefined}
        role="dialog"
        aria-label={t`Call with ${title}`}
        onKeyDown={(event) => pressed(event.key, call)}
      >
        {state.theirVideo && (
          <Video stream={state.theirVideo} label={t`${title}, live`} className={css.theirs} take={setElement} />
        )}
        {state.ownVideo && (
          <Video
            stream={state.ownVideo}
            label={t`Your own picture`}
            className={state.theirVideo ? css.own : css.ownLarge}
            mirrored
          />
        )}
        <div className={css.top}>
          <button
            type="button"
            className={css.small}
            aria-label={t`Make the call small`}
            onClick={() => showCall({ minimised: true })}
          >
            <IconChevronDown aria-hidden />
          </button>
          <Signs call={call} />
        </div>
        <Party call={call} compact={Boolean(seen) || keypad} />
        <RecordingBanner call={call} />
        <Lacks call={call} />
        <Undone call={call} />
        {other && <Waiting call={other} />}
        <Controls call={call} video={element} />
      </section>
    </FocusTrap>
  );
}

/** The keyboard of a desk: digits are keys of the telephone. */
function pressed(key: string, call: Call): void {
  if (key === 'Escape') showCall({ minimised: true });
  if (!call.answered || !/^[0-9*#]$/.test(key)) return;
  click(key);
  call.press(key);
}

function Party({ call, compact }: { call: Call; compact: boolean }) {
  const { t } = useLingui();
  const state = useValue(call.state);
  const { title, number } = useParty(call);
  const clock = useClock(state.phase === 'ended' ? undefined : state.since);
  const reached = useValue(phone.state, (each) => each.line === 'ready');
  const words = stateOf(state, reached);
  return (
    <div className={css.party} data-compact={compact || undefined}>
      {!compact && (
        <div className={css.face} aria-hidden data-ringing={state.phase === 'ringing' || undefined}>
          {initials(title) || '#'}
        </div>
      )}
      <h2 className={css.title}>{title}</h2>
      {number && !compact && <p className={css.number}>{number}</p>}
      <p className={css.state} role="status">
        {words ? t(words) : clock}
      </p>
      {words && clock && <p className={css.clock}>{clock}</p>}
    </div>
  );
}

/** The other of two calls, a tap away. */
function Waiting({ call }: { call: Call }) {
  const { t } = useLingui();
  const { title } = useParty(call);
  const phase = useValue(call.state, (each) => each.phase);
  return (
    <button type="button" className={css.waiting} aria-live="polite" onClick={() => void phone.swapTo(call)}>
      <span>{waiting(phase, title)}</span>
      <span className={css.swap}>
        <IconArrowsExchange size={18} aria-hidden />
        {t`Swap`}
      </span>
    </button>
  );
}

function waiting(phase: Phase, title: string) {
  if (phase === 'held') return <Trans>On hold: {title}</Trans>;
  if (phase === 'calling' || phase === 'ringing') return <Trans>Still ringing: {title}</Trans>;
  return <Trans>Also: {title}</Trans>;
}
