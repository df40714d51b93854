import { api, type Client } from '~/api';
import { events } from '~/api/events';
import { preferences } from '~/core/preferences';
import { camera, screen, supportsScreenSound } from '~/media/capture';
import { phone, type Call } from '~/sip';
import { Meeting } from './meeting';

interface MeetingCall {
  iceServers: () => RTCIceServer[];
  /** The call in the room, which has the sound. */
  call: () => Call | undefined;
  /** Of a guest, otherwise that of the user. */
  client?: Client;
}

/** The videos of a room. */
export function openVideos(room: string, { iceServers, call, client }: MeetingCall): Meeting {
  const path = { room };
  let sharing: Call | undefined;
  const meeting = new Meeting({
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
    open: async (source) =>
      source === 'camera' ? { track: await camera() } : screen(preferences.state.screenSound && supportsScreenSound()),
    wantsSound: () => preferences.state.screenSound,
    sendSound: (track) => {
      // The call that has begun it, also if another one is active meanwhile.
      if (track) sharing = call();
      sharing?.setScreenSound(track);
    },
    onBlurSwitched,
    schedule: (task, milliseconds) => setTimeout(task, milliseconds),
  });
  meeting.watchReception();
  return meeting;
}

/** Call when the user switches the blur of the background. Returns the function that ends it. */
function onBlurSwitched(call: () => void): () => void {
  let blurred = preferences.state.backgroundBlur;
  const { unsubscribe } = preferences.subscribe(({ backgroundBlur }) => {
    const switched = backgroundBlur !== blurred;
    blurred = backgroundBlur;
    if (switched) call();
  });
  return unsubscribe;
}

/** Open the videos of a room; they are updated until `close`. */
export function openMeeting(room: string): { meeting: Meeting; close: () => void } {
  const meeting = openVideos(room, {
    iceServers: () => phone.iceServers(),
    call: () => phone.state.state.active,
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
