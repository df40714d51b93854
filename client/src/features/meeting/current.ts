import { useEffect, useRef } from 'react';
import { createStore, useValue } from '~/core/store';
import type { Meeting } from './meeting';
import { openMeeting } from './open-meeting';

/** The meeting of the active call, if it is in a room. */
const current = createStore<{ room: string; meeting: Meeting } | undefined>(undefined);

/**
 * Take part in the videos of a room while the component is shown; undefined: in none. A camera that is on when the call
 * is moved to another room is on there too.
 */
export function useMeetingOf(room: string | undefined, call: object): void {
  const before = useRef<{ call: object; camera: boolean } | undefined>(undefined);
  useEffect(() => {
    if (!room) return undefined;
    const { meeting, close } = openMeeting(room);
    if (before.current?.call === call && before.current.camera) void meeting.send('camera', true);
    current.setState(() => ({ room, meeting }));
    return () => {
      before.current = { call, camera: meeting.state.state.camera !== 'off' };
      current.setState((now) => (now?.meeting === meeting ? undefined : now));
      close();
    };
  }, [room, call]);
}

/** The videos of a room, once the active call is in it. */
export function useMeeting(room: string | undefined): Meeting | undefined {
  return useValue(current, (each) => (each?.room === room ? each?.meeting : undefined));
}
