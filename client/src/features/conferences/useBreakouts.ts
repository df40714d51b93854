import { useEffect, useState } from 'react';
import { api } from '~/api';
import { events } from '~/api/events';
import { BreakoutRooms } from './breakouts';

/** The breakout rooms of the meeting in a room, updated while the component is shown; undefined at first. */
export function useBreakouts(room: string): BreakoutRooms | undefined {
  const [breakouts, setBreakouts] = useState<BreakoutRooms>();
  useEffect(() => {
    const path = { room };
    const opened = new BreakoutRooms({
      show: async () => (await api.showBreakouts({ path })).data,
      open: (body) => api.openBreakouts({ path, body }),
      move: (participant, target) => api.moveParticipant({ path: { room, target, participant } }),
      write: (text) => api.changeBreakouts({ path, body: { text } }),
      end: () => api.endBreakouts({ path }),
      admitAll: (main) => api.changeMeeting({ path: { room: main }, body: { all_admitted: true } }),
      now: () => Date.now(),
    });
    const unsubscribes = [
      events.on('room', (event) => void (event.id === room && opened.handleMark(event.breakouts ?? null))),
      events.onConnected(() => void opened.refresh()),
    ];
    void opened.refresh();
    setBreakouts(opened);
    return () => {
      unsubscribes.forEach((unsubscribe) => unsubscribe());
      opened.close();
    };
  }, [room]);
  return breakouts;
}
