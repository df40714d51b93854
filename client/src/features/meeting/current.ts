import { useEffect } from 'react';
import { createStore, useValue } from '~/core/store';
import type { Meeting } from './meeting';
import { openMeeting } from './open-meeting';

/** The meeting of the active call, if it is in a room. */
const current = createStore<{ room: string; meeting: Meeting } | undefined>(undefined);

/** Take part in the videos of a room while the component is shown; undefined: in none. */
export function useMeetingOf(room: string | undefined): void {
  useEffect(() => {
    if (!room) return undefined;
    const { meeting, close } = openMeeting(room);
    current.setState(() => ({ room, meeting }));
    return () => {
      current.setState((before) => (before?.meeting === meeting ? undefined : before));
      close();
    };
  }, [room]);
}

/** The videos of a room, once the active call is in it. */
export function useMeeting(room: string | undefined): Meeting | undefined {
  return useValue(current, (each) => (each?.room === room ? each?.meeting : undefined));
}
