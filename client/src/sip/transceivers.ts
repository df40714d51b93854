interface MediaListener {
  audio: (stream: MediaStream) => void;
  /** Remote video; undefined if there is none. */
  video: (stream: MediaStream | undefined) => void;
  /** The remote party no longer accepts the video that was agreed before. */
  videoEnded: () => void;
}

type Kind = 'audio' | 'video';

/** Tracks of a connection and their directions. */
export class Transceivers {
  readonly #remoteAudio = new MediaStream();
  #remoteVideo: MediaStream | undefined;
  #videoAgreed = false;

  constructor(
    private readonly connection: RTCPeerConnection,
    private readonly listener: MediaListener,
  ) {
    connection.addEventListener('track', this.#onTrack);
    connection.addEventListener('signalingstatechange', this.#onSignalingState);
  }

  close(): void {
    this.connection.removeEventListener('track', this.#onTrack);
    this.connection.removeEventListener('signalingstatechange', this.#onSignalingState);
  }

  /**
   * Send a track, replace it, or send none. A section that sends nothing stays recvonly: the remote party may start
   * video at any time.
   */
  async setTrack(kind: Kind, track: MediaStreamTrack | undefined): Promise<void> {
    const transceiver = this.#transceiver(kind);
    if (transceiver) {
      await transceiver.sender.replaceTrack(track ?? null);
      if (kind === 'video') transceiver.direction = track ? 'sendrecv' : 'recvonly';
    } else if (track) {
      this.connection.addTransceiver(track, { direction: 'sendrecv', streams: [new MediaStream([track])] });
    }
  }

  /** Whether the remote party accepted video. */
  get videoAccepted(): boolean {
    return this.#transceiver('video')?.currentDirection?.startsWith('send') ?? false;
  }

  #transceiver(kind: Kind): RTCRtpTransceiver | undefined {
    return this.connection
      .getTransceivers()
      .find(
        (each) =>
          each.receiver.track.kind === kind && each.currentDirection !== 'stopped' && each.direction !== 'stopped',
      );
  }

  readonly #onTrack = ({ track }: RTCTrackEvent): void => {
    if (track.kind === 'audio') {
      for (const each of this.#remoteAudio.getTracks()) this.#remoteAudio.removeTrack(each);
      this.#remoteAudio.addTrack(track);
      this.listener.audio(this.#remoteAudio);
    }
    this.#updateRemoteVideo();
  };

  readonly #onSignalingState = (): void => {
    this.#updateRemoteVideo();
    if (this.connection.signalingState !== 'stable') return;
    const agreed = Boolean(this.#transceiver('video')?.currentDirection);
    const ended = this.#videoAgreed && !agreed;
    this.#videoAgreed = agreed;
    if (ended) this.listener.videoEnded();
  };

  readonly #updateRemoteVideo = (): void => {
    if (this.connection.signalingState !== 'stable') return;
    const transceiver = this.#transceiver('video');
    const receiving = transceiver?.currentDirection === 'sendrecv' || transceiver?.currentDirection === 'recvonly';
    const track = receiving ? transceiver.receiver.track : undefined;
    if (track === this.#remoteVideo?.getTracks()[0]) return;
    this.#remoteVideo = track && new MediaStream([track]);
    this.listener.video(this.#remoteVideo);
  };
}
