interface Listener {
  sound: (stream: MediaStream) => void;
  /** What the other side shows now; nothing if it shows nothing. */
  picture: (stream: MediaStream | undefined) => void;
}

type Kind = 'audio' | 'video';

/** What goes over a connection, and in which directions. */
export class Pictures {
  readonly #heard = new MediaStream();
  #shown: MediaStream | undefined;

  constructor(
    private readonly connection: RTCPeerConnection,
    private readonly listener: Listener,
  ) {
    connection.addEventListener('track', this.#arrived);
    connection.addEventListener('signalingstatechange', this.#look);
  }

  close(): void {
    this.connection.removeEventListener('track', this.#arrived);
    this.connection.removeEventListener('signalingstatechange', this.#look);
  }

  /**
   * Send a track, another in its place, or none. A section that sends nothing stays willing to receive: the other side
   * may begin to show something at any time.
   */
  async send(kind: Kind, track: MediaStreamTrack | undefined): Promise<void> {
    const section = this.#section(kind);
    if (section) {
      await section.sender.replaceTrack(track ?? null);
      if (kind === 'video') section.direction = track ? 'sendrecv' : 'recvonly';
    } else if (track) {
      this.connection.addTransceiver(track, { direction: 'sendrecv', streams: [new MediaStream([track])] });
    }
  }

  /** Whether the other side agreed to be shown pictures. */
  get accepted(): boolean {
    return this.#section('video')?.currentDirection?.startsWith('send') ?? false;
  }

  #section(kind: Kind): RTCRtpTransceiver | undefined {
    return this.connection
      .getTransceivers()
      .find(
        (each) =>
          each.receiver.track.kind === kind && each.currentDirection !== 'stopped' && each.direction !== 'stopped',
      );
  }

  readonly #arrived = ({ track }: RTCTrackEvent): void => {
    if (track.kind === 'audio') {
      for (const each of this.#heard.getTracks()) this.#heard.removeTrack(each);
      this.#heard.addTrack(track);
      this.listener.sound(this.#heard);
    }
    this.#look();
  };

  readonly #look = (): void => {
    if (this.connection.signalingState !== 'stable') return;
    const section = this.#section('video');
    const seen = section?.currentDirection === 'sendrecv' || section?.currentDirection === 'recvonly';
    const track = seen ? section.receiver.track : undefined;
    if (track === this.#shown?.getTracks()[0]) return;
    this.#shown = track && new MediaStream([track]);
    this.listener.picture(this.#shown);
  };
}
