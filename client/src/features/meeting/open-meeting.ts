import { api, type Client } from '~/api';
import { events } from '~/api/events';
import { camera, screen } from '~/media/capture';
import { phone } from '~/sip';
import { Meeting } from './meeting';

/** The videos of a room. `client`: of a guest, otherwise that of the user. */
export function openVideos(room: string, iceServers: () => RTCIceServer[], client?: Client): Meeting {
  const path = { room };
  return new Meeting({
    videos: async () => (await api.listRoomVideos({ client, path })).data.items,
    publish: async (source, sdp, again) =>
      (await api.publishVideo({ client, path, body: { source, sdp, again } })).data,
    stop: (video) => api.stopVideo({ client, path: { room, video } }),
    subscribe: async (video, quality) =>
      (await api.subscribeToVideo({ client, path: { room, video }, body: { quality } })).data,
    answer: (video, subscription, sdp) =>
      api.answerVideo({ client, path: { room, video, subscription }, body: { sdp } }),
    setQuality: (video, subscription, quality) =>
      api.changeVideoSubscription({ client, path: { room, video, subscription }, body: { quality } }),
    unsubscribe: (video, subscription) => api.unsubscribeFromVideo({ client, path: { room, video, subscription } }),
    connect: () => new RTCPeerConnection({ iceServers: iceServers() }),
    open: (source) => (source === 'camera' ? camera() : screen()),
    schedule: (task, milliseconds) => setTimeout(task, milliseconds),
  });
}

/** Open the videos of a room; they are updated until `close`. */
export function openMeeting(room: string): { meeting: Meeting; close: () => void } {
  const meeting = openVideos(room, () => phone.iceServers());
  const unsubscribes = [
    events.on('room', (event) => void (event.id === room && meeting.handleEvent(event.videos))),
    events.onConnected(() => void meeting.refresh()),
  ];
  const close = () => {
    unsubscribes.forEach((unsubscribe) => unsubscribe());
    meeting.close();
  };
  void meeting.refresh();
  return { meeting, close };
}
