import { useMeeting, NO_MEETING, type Meeting } from '~/features/meeting';
import { useValue } from '~/core/store';
import type { Call } from '~/sip';
import { useRoom } from './useRoom';

/** The videos of the conference of a call; `shown`: there are some, in place of the portraits of its participants. */
export function useShownMeeting(call: Call): { room?: string; meeting?: Meeting; shown: boolean } {
  const room = useRoom(call)?.id;
  const meeting = useMeeting(room);
  const shown = useValue(meeting?.state ?? NO_MEETING, ({ videos, own }) =>
    Boolean(videos?.length || own.camera || own.screen),
  );
  return { room, meeting, shown: Boolean(meeting) && shown && !call.ended };
}
