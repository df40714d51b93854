import type { Video } from '~/api';
import { CaptureError, lossOf, sameCamera, type Captured } from '~/media/capture';
import { coalesce } from '~/core/coalesce';
import { asProblem, type Problem } from '~/core/problem';
import { createStore } from '~/core/store';
import { ReceptionWatch, receptionIn, type Reception } from './reception';
import { acceptOffer, applyQuality, offerTrack, type VideoQuality } from './video-connection';

export type { VideoQuality } from './video-connection';
export type VideoSource = 'camera' | 'screen';

/** A published video of the meeting. `participant`: id of its publisher. */
export type MeetingVideo = Pick<Video, 'id' | 'participant' | 'source' | 'quality'>;

/** waiting: until the user has entered the meeting. */
type SendingState = 'off' | 'starting' | 'on';

interface MeetingState {
  /** Published videos, including the user's own; undefined until loaded. */
  videos?: readonly MeetingVideo[];
  /** Streams of the videos that are shown, by id of the video. */
  streams: Readonly<Record<string, MediaStream>>;
  camera: SendingState;
  screen: SendingState;
  /** The user's own camera and screen. */
  own: Readonly<Partial<Record<VideoSource, MediaStream>>>;
  /** A camera or screen that could not be opened. */
  captureError?: CaptureError;
  /** The screen is shared without its sound, which was wanted. */
  soundMissing?: boolean;
  /** Why the server refused a video. */
  refused?: Problem;
  /** How many videos may be shown, as the network allows. */
  limit: number;
}

export interface MeetingDependencies {
  videos(): Promise<Video[]>;
  /** `again`: the server has lost it; refused if a host has stopped it. */
  publish(source: VideoSource, sdp: string, again: boolean): Promise<{ id: string; sdp: string }>;
  stop(video: string): Promise<unknown>;
  subscribe(video: string, quality: VideoQuality): Promise<{ id: string; sdp: string }>;
  answer(video: string, subscription: string, sdp: string): Promise<unknown>;
  setQuality(video: string, subscription: string, quality: VideoQuality): Promise<unknown>;
  unsubscribe(video: string, subscription: string): Promise<unknown>;
  connect(): RTCPeerConnection;
  open(source: VideoSource): Promise<Captured>;
  wantsSound(): boolean;
  /** Send the sound of the screen with the voice; undefined: no longer. */
  sendSound(track: MediaStreamTrack | undefined): void;
  /** Call when the camera is to be sent with another background. Returns the function that ends it. */
  onBlurSwitched(call: () => void): () => void;
  schedule(task: () => void, milliseconds: number): unknown;
}

interface Publication {
  source: VideoSource;
  track: MediaStreamTrack;
  sound?: MediaStreamTrack;
  connection?: RTCPeerConnection;
  /** Undefined until published. */
  id?: string;
  /** It has been published before. */
  again: boolean;
  /** Changes of the camera, which are done one after another. */
  exchanges?: Promise<void>;
  quality?: VideoQuality;
}

interface Subscription {
  connection: RTCPeerConnection;
  quality: VideoQuality;
  /** Undefined until the server has made it. */
  id?: string;
}

/** Delay before a failed connection is set up again, milliseconds. */
const RETRY_MS = 2_000;

const NOTHING: MeetingState = { streams: {}, camera: 'off', screen: 'off', own: {}, limit: Infinity };

/** The videos of the conference that the user takes part in: those sent, and those shown. Sound is part of the call. */
export class Meeting {
  readonly state = createStore(NOTHING);
  /** Refetch the list of videos. */
  readonly refresh = coalesce(() => this.#fetch());
  readonly #publications = new Map<VideoSource, Publication>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #reception = new ReceptionWatch({
    read: () => this.#readReceptions(),
    limit: (videos) => {
      this.#set({ limit: videos });
      this.#reconcile();
    },
    schedule: (task, milliseconds) => this.server.schedule(task, milliseconds),
  });
  #wanted: ReadonlyMap<string, VideoQuality> = new Map();
  #closed = false;

  readonly #forgetBlur: () => void;

  constructor(private readonly server: MeetingDependencies) {
    this.#forgetBlur = server.onBlurSwitched(coalesce(() => this.switchCamera(sameCamera)));
  }

  /** Handle a list of videos pushed by the server. */
  handleEvent(videos: readonly MeetingVideo[]): void {
    this.#setVideos(videos);
    // An event may be older than the answer to a publication: a fetched list is not.
    const published = [...this.#publications.values()].filter((each) => each.id);
    if (published.some(({ id }) => !videos.some((video) => video.id === id))) void this.refresh();
    for (const each of this.#publications.values()) if (!each.connection) void this.#publish(each);
  }

  /** Show these videos and no others, each in the quality of its tile. */
  show(wanted: ReadonlyMap<string, VideoQuality>): void {
    this.#wanted = wanted;
    this.#reconcile();
  }

  /** Stop the reception of videos while none comes through, until `close`. */
  watchReception(): void {
    this.#reception.start();
  }

  /** Try to receive videos again now. */
  retryReception(): void {
    this.#reception.retry();
  }

  /** Start or stop the camera or the sharing of a screen. */
  async send(source: VideoSource, on: boolean): Promise<void> {
    if (!on) return this.#stop(source);
    if (this.#publications.has(source) || this.state.state[source] === 'starting') return;
    this.#set({ [source]: 'starting', captureError: undefined, refused: undefined });
    const isWanted = () => !this.#closed && this.state.state[source] === 'starting';
    try {
      const { track, sound } = await this.server.open(source);
      if (!isWanted()) return [track, sound].forEach((each) => each?.stop());
      const publication: Publication = { source, track, sound, again: false };
      this.#publications.set(source, publication);
      this.#useTrack(publication, track);
      if (sound) this.server.sendSound(sound);
      else if (source === 'screen' && this.server.wantsSound()) this.#set({ soundMissing: true });
      await this.#publish(publication);
    } catch (fault) {
      // The choice of a screen was cancelled.
      const cancelled = source === 'screen' && fault instanceof CaptureError && fault.reason === 'refused';
      this.#set({ [source]: 'off', captureError: fault instanceof CaptureError && !cancelled ? fault : undefined });
    }
  }

  /** Send another camera from now on. The one before is stopped first: phones open one at a time. */
  async switchCamera(next: (before: MediaStreamTrack) => Promise<MediaStreamTrack>): Promise<void> {
    const publication = this.#publications.get('camera');
    if (!publication) return;
    publication.exchanges = (publication.exchanges ?? Promise.resolve()).then(() => this.#exchange(publication, next));
    await publication.exchanges;
  }

  async #exchange(
    publication: Publication,
    next: (before: MediaStreamTrack) => Promise<MediaStreamTrack>,
  ): Promise<void> {
    if (!this.#isCurrent(publication)) return;
    const sent = publication.track;
    sent.onended = null;
    try {
      const opened = next(sent);
      sent.stop();
      const track = await opened;
      if (!this.#isCurrent(publication)) return track.stop();
      this.#useTrack(publication, track);
      await publication.connection?.getSenders()[0]?.replaceTrack(track);
      publication.quality = undefined;
      this.#applyQualities();
    } catch (fault) {
      if (!this.#isCurrent(publication)) return;
      await this.#stop('camera');
      this.#set({ captureError: fault instanceof CaptureError ? fault : undefined });
    }
  }

  /** The connections of sent videos, by source, and of shown ones, by id. */
  get connections(): ReadonlyMap<string, RTCPeerConnection> {
    const found = new Map<string, RTCPeerConnection>();
    for (const { source, connection } of this.#publications.values()) if (connection) found.set(source, connection);
    for (const [video, { connection }] of this.#subscriptions) found.set(video, connection);
    return found;
  }

  /** Stop the video of another participant, as a host. */
  async stopOther(video: string): Promise<void> {
    await this.server.stop(video).catch((fault: unknown) => this.#set({ refused: asProblem(fault) }));
  }

  dismiss(): void {
    this.#set({ captureError: undefined, refused: undefined, soundMissing: undefined });
  }

  /** Leave: nothing is sent or received any more. */
  close(): void {
    this.#reception.close();
    this.#forgetBlur();
    for (const source of [...this.#publications.keys()]) void this.#stop(source);
    this.show(new Map());
    this.#closed = true;
  }

  #useTrack(publication: Publication, track: MediaStreamTrack): void {
    publication.track = track;
    track.onended = () => {
      void this.#stop(publication.source);
      this.#set({ captureError: lossOf(track) });
    };
    this.#set({ own: { ...this.state.state.own, [publication.source]: new MediaStream([track]) } });
  }

  async #publish(publication: Publication): Promise<void> {
    const connection = (publication.connection = this.server.connect());
    const current = () => publication.connection === connection;
    try {
      const sdp = await offerTrack(connection, publication.track);
      const made = await this.server.publish(publication.source, sdp, publication.again);
      if (!current()) return void this.server.stop(made.id).catch(() => undefined);
      publication.id = made.id;
      publication.again = true;
      publication.quality = undefined;
      await connection.setRemoteDescription({ type: 'answer', sdp: made.sdp });
      connection.addEventListener('connectionstatechange', () => {
        if (current() && connection.connectionState === 'failed') this.#republish(publication);
      });
      this.#set({ [publication.source]: 'on' });
      this.#applyQualities();
      void this.refresh();
    } catch (fault) {
      if (!current()) return;
      connection.close();
      publication.connection = undefined;
      await this.#failed(publication, asProblem(fault));
    }
  }

  /** Try again what is refused for now: 403 means that the user has not entered the meeting yet. */
  async #failed(publication: Publication, problem: Problem): Promise<void> {
    if (problem.offline || [403, 429, 503].includes(problem.status)) {
      this.server.schedule(() => {
        if (!publication.connection && this.#isCurrent(publication)) void this.#publish(publication);
      }, RETRY_MS);
      return;
    }
    await this.#stop(publication.source);
    this.#set({ refused: problem });
  }

  #isCurrent(publication: Publication): boolean {
    return this.#publications.get(publication.source) === publication;
  }

  #republish(publication: Publication): void {
    publication.connection?.close();
    publication.connection = undefined;
    publication.id = undefined;
    if (this.#isCurrent(publication)) void this.#publish(publication);
  }

  async #stop(source: VideoSource): Promise<void> {
    const publication = this.#publications.get(source);
    this.#publications.delete(source);
    const { [source]: _, ...own } = this.state.state.own;
    this.#set({ [source]: 'off', own });
    if (!publication) return;
    publication.track.onended = null;
    publication.track.stop();
    if (publication.sound) this.server.sendSound(undefined);
    publication.sound?.stop();
    if (source === 'screen') this.#set({ soundMissing: undefined });
    const { id } = publication;
    publication.connection?.close();
    publication.connection = undefined;
    if (id) await this.server.stop(id).catch(() => undefined);
  }

  async #fetch(): Promise<void> {
    if (this.#closed) return;
    const before = [...this.#publications.values()].filter((each) => each.id);
    const videos = await this.server.videos().catch(() => undefined);
    if (this.#closed) return;
    if (!videos) {
      // Not in the meeting yet, or offline.
      this.server.schedule(() => void this.refresh(), RETRY_MS);
      return;
    }
    this.#setVideos(videos);
    for (const each of before) {
      if (each.id && this.#isCurrent(each) && !videos.some(({ id }) => id === each.id)) this.#republish(each);
    }
    // A video of this user that this page does not send is left over from before a reload.
    const left = videos.filter((each) => each.own && each.source in this.state.state.own === false);
    for (const { id } of left) void this.server.stop(id).catch(() => undefined);
  }

  #setVideos(videos: readonly MeetingVideo[]): void {
    this.#set({ videos });
    this.#applyQualities();
    this.#reconcile();
  }

  /** Send own videos in the quality that the others need. */
  #applyQualities(): void {
    for (const each of this.#publications.values()) {
      const video = this.state.state.videos?.find(({ id }) => id === each.id);
      const sender = each.connection?.getSenders()[0];
      if (!video || !sender || each.quality === video.quality) continue;
      each.quality = video.quality;
      void applyQuality(sender, each.source, video.quality);
    }
  }

  /** Subscribe to what is wanted and exists, and end what is not. */
  #reconcile(): void {
    const exists = (id: string) => this.state.state.videos?.some((each) => each.id === id) ?? false;
    const wanted = this.#allowed();
    for (const [video, each] of this.#subscriptions) {
      const quality = wanted.get(video);
      if (!quality || !exists(video)) this.#unsubscribe(video, each);
      else if (quality !== each.quality) {
        each.quality = quality;
        if (each.id) void this.server.setQuality(video, each.id, quality).catch(() => undefined);
      }
    }
    for (const [video, quality] of wanted) {
      if (exists(video) && !this.#subscriptions.has(video)) void this.#subscribe(video, quality);
    }
  }

  async #readReceptions(): Promise<ReadonlyMap<string, Reception>> {
    const found = new Map<string, Reception>();
    for (const [video, { connection }] of [...this.#subscriptions]) {
      const report = await connection.getStats().catch(() => undefined);
      const reception = report && receptionIn(report as ReadonlyMap<string, unknown>);
      if (reception) found.set(video, reception);
    }
    return found;
  }

  /** The wanted videos, as far as the network allows: in low quality if that is not all. */
  #allowed(): ReadonlyMap<string, VideoQuality> {
    const { limit } = this.state.state;
    if (limit >= this.#wanted.size) return this.#wanted;
    return new Map([...this.#wanted].slice(0, limit).map(([video]) => [video, 'low']));
  }

  async #subscribe(video: string, quality: VideoQuality): Promise<void> {
    const subscription: Subscription = { connection: this.server.connect(), quality };
    const { connection } = subscription;
    this.#subscriptions.set(video, subscription);
    const current = () => this.#subscriptions.get(video) === subscription;
    const fail = () => {
      if (current()) this.#unsubscribe(video, subscription);
      this.server.schedule(() => this.#reconcile(), RETRY_MS);
    };
    try {
      const made = await this.server.subscribe(video, quality);
      if (!current()) return void this.server.unsubscribe(video, made.id).catch(() => undefined);
      subscription.id = made.id;
      const { sdp, stream } = await acceptOffer(connection, made.sdp);
      await this.server.answer(video, made.id, sdp);
      if (!current()) return;
      if (subscription.quality !== quality) await this.server.setQuality(video, made.id, subscription.quality);
      connection.addEventListener('connectionstatechange', () => {
        if (current() && connection.connectionState === 'failed') fail();
      });
      this.#set({ streams: { ...this.state.state.streams, [video]: stream } });
    } catch {
      fail();
    }
  }

  #unsubscribe(video: string, { id, connection }: Subscription): void {
    this.#subscriptions.delete(video);
    connection.close();
    const { [video]: _, ...streams } = this.state.state.streams;
    this.#set({ streams });
    if (id) void this.server.unsubscribe(video, id).catch(() => undefined);
  }

  #set(change: Partial<MeetingState>): void {
    if (!this.#closed) this.state.setState((before) => ({ ...before, ...change }));
  }
}

/** The state of a call that is in no meeting. */
export const NO_MEETING = createStore(NOTHING);
