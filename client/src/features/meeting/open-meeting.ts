import { api } from '~/api';
import { events } from '~/api/events';
import { camera, screen } from '~/media/capture';
import { phone } from '~/sip';
import { Meeting } from './meeting';

/** Open the videos of a room; they are updated until `close`. */
export function openMeeting(room: string): { meeting: Meeting; close: () => void } {
  const path = { room };
  const meeting = new Meeting({
    videos: async () => (await api.listRoomVideos({ path })).data.items,
    publish: async (source, sdp, again) => (await api.publishVideo({ path, body: { source, sdp, again } })).data,
    stop: (video) => api.stopVideo({ path: { room, video } }),
    subscribe: async (video, quality) =>
      (await api.subscribeToVideo({ path: { room, video }, body: { quality } })).data,
    answer: (video, subscription, sdp) => api.answerVideo({ path: { room, video, subscription }, body: { sdp } }),
    setQuality: (video, subscription, quality) =>
      api.changeVideoSubscription({ path: { room, video, subscription }, body: { quality } }),
    unsubscribe: (video, subscription) => api.unsubscribeFromVideo({ path: { room, video, subscription } }),
    connect: () => new RTCPeerConnection({ iceServers: phone.iceServers() }),
    open: (source) => (source === 'camera' ? camera() : screen()),
    schedule: (task, milliseconds) => setTimeout(task, milliseconds),
  });
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
