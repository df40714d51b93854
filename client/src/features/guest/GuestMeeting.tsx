import {
  IconAntennaBars5,
  IconMoodSmile,
  IconPhoneOff,
  IconScreenShare,
  IconScreenShareOff,
  IconVideo,
  IconVideoOff,
} from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { Suspense, useEffect, useMemo, useState } from 'react';
import type { GuestParticipant, Participant } from '~/api';
import { pageTitle } from '~/core/brand';
import { lazyPart } from '~/core/lazy-part';
import { useValue } from '~/core/store';
import { VideoElement } from '~/design/VideoElement';
import { CaptionStrip } from '~/features/captions';
import { BreakoutNotice, MeetingNotices, MuteButton, RoundButton } from '~/features/call';
import { loadConnectionSheet, ReactionMenu, Signals, Tiles, type Meeting } from '~/features/meeting';
import { supportsScreenSharing } from '~/media/capture';
import type { Call } from '~/sip';
import css from './guest.module.css';
import { RecordingNotice } from './RecordingNotice';
import type { Visit } from './visit';

const ConnectionSheet = lazyPart(async () => ({ default: (await loadConnectionSheet()).GuestConnectionSheet }));

/** The meeting as its guests see it. */
export function GuestMeeting({ visit }: { visit: Visit }) {
  const { t } = useLingui();
  const { meeting, call, videos } = useValue(visit.state);
  const participants = useMemo(() => (meeting?.participants ?? []).map(asParticipant), [meeting]);
  const own = participants.find((each) => each.own);
  const title = meeting?.name ?? t`Meeting`;
  useEffect(() => {
    document.title = pageTitle(title);
  }, [title]);
  if (!meeting || !call || !videos) return null;
  const speaking = participants.find((each) => each.speaking)?.id ?? null;
  return (
    <main id="main" className={css.meeting}>
      <h1>{title}</h1>
      <RecordingNotice visit={visit} />
      <Signals participants={participants} />
      <GuestBreakouts visit={visit} handRaised={own?.hand ?? false} />
      <MeetingNotices meeting={videos} />
      <OwnCamera videos={videos} />
      {meeting.captioned && (
        <CaptionStrip captions={visit.captions} participants={participants} answer={(agrees) => visit.answer(agrees)} />
      )}
      <Tiles participants={participants} speaking={speaking} meeting={videos} />
      <div className={css.controls} data-row>
        <MuteButton call={call} />
        <VideoButtons videos={videos} />
        {own && (
          <ReactionMenu own={own} change={(change) => void visit.change(change)}>
            <RoundButton withheld={own.hand} icon={IconMoodSmile} label={t`React`} />
          </ReactionMenu>
        )}
        <ConnectionButton participants={participants} meeting={videos} call={call} />
        <RoundButton kind="end" icon={IconPhoneOff} label={t`Leave`} onClick={() => visit.leave()} />
      </div>
    </main>
  );
}

/** Where the guest is while the meeting has breakout rooms. */
function GuestBreakouts({ visit, handRaised }: { visit: Visit; handRaised: boolean }) {
  const meeting = useValue(visit.state, (each) => each.meeting);
  const breakouts = meeting?.breakouts;
  const left = breakouts?.seconds_left ?? undefined;
  const endsAt = useMemo(() => (left === undefined ? undefined : Date.now() + left * 1000), [left]);
  if (!meeting || !breakouts) return null;
  return (
    <BreakoutNotice
      name={breakouts.inside ? meeting.name : undefined}
      text={breakouts.text}
      endsAt={endsAt}
      back={() => void visit.change({ back: true })}
      ask={handRaised ? undefined : () => void visit.change({ hand: true })}
    />
  );
}

function asParticipant(one: GuestParticipant): Participant {
  return { ...one, extension_id: '', number: '', since: '', state: 'in', muted_by_host: false, consent: null };
}

interface ConnectionButtonProps {
  participants: readonly Participant[];
  meeting: Meeting;
  call: Call;
}

function ConnectionButton({ call, ...rest }: ConnectionButtonProps) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const sound = useValue(call.state, (each) => each.quality);
  return (
    <>
      <RoundButton
        icon={IconAntennaBars5}
        label={t`Quality`}
        aria-label={t`Connection quality`}
        onClick={() => setOpened(true)}
      />
      <Suspense>{opened && <ConnectionSheet {...rest} sound={sound} opened close={() => setOpened(false)} />}</Suspense>
    </>
  );
}

function VideoButtons({ videos }: { videos: Meeting }) {
  const { t } = useLingui();
  const { camera, screen, own } = useValue(videos.state);
  return (
    <>
      <RoundButton
        icon={own.camera ? IconVideo : IconVideoOff}
        label={own.camera ? t`Stop video` : t`Video`}
        disabled={camera === 'starting' && !own.camera}
        onClick={() => void videos.send('camera', !own.camera)}
      />
      {supportsScreenSharing() && (
        <RoundButton
          icon={own.screen ? IconScreenShareOff : IconScreenShare}
          label={own.screen ? t`Stop sharing` : t`Share screen`}
          disabled={screen === 'starting' && !own.screen}
          onClick={() => void videos.send('screen', !own.screen)}
        />
      )}
    </>
  );
}

function OwnCamera({ videos }: { videos: Meeting }) {
  const { t } = useLingui();
  const stream = useValue(videos.state, (each) => each.own.camera);
  return stream ? <VideoElement stream={stream} label={t`Your video`} className={css.own} mirrored /> : null;
}
