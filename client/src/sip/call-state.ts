import type { CaptureError } from '~/media/capture';
import type { Encryption } from '~/media/meter';
import type { Quality } from '~/media/quality';
import type { EndReason } from './end-reasons';
import type { MediaPath } from './ice-monitor';
import type { RemoteIdentity } from './remote-identity';

/** held: by this side; a hold by the remote party is `remoteHold`. */
export type Phase = 'calling' | 'ringing' | 'incoming' | 'talking' | 'held' | 'ended';

export interface CallState {
  phase: Phase;
  endReason?: EndReason;
  /** Time of answer, epoch milliseconds; undefined before. */
  since?: number;
  /** The microphone cannot be used: dialled once that is accepted, or mended. */
  awaitsMicrophone: boolean;
  /** Taken up again after a reload, until the remote party is connected. */
  resuming: boolean;
  /** Answered here, the microphone is being opened. */
  answering: boolean;
  /** Early media: an announcement or remote ringback. */
  earlyMedia: boolean;
  offersVideo: boolean;
  muted: boolean;
  remoteHold: boolean;
  /** State of the media path; ICE is restarted while it is lost. */
  mediaPath: MediaPath;
  camera: 'off' | 'starting' | 'on';
  localVideo?: MediaStream;
  remoteVideo?: MediaStream;
  /** A missing device: the call continues without it. */
  captureError?: CaptureError;
  /** The remote party does not accept video. */
  videoRefused: boolean;
  /** The call had video and now has sound only, because the remote party changed. */
  videoEnded: boolean;
  /** Transfer in progress; `refused`: it failed and the call continues here. */
  transfer?: 'asked' | 'rings' | 'refused';
  quality?: Quality;
  encryption?: Encryption;
  codec?: string;
  /** The remote party: as dialled or signalled, then as the server names it. */
  remote: RemoteIdentity;
  /** The mailbox of the remote party answered. */
  voicemail: boolean;
  /** Name of the person who has just transferred the call. */
  transferredBy?: string;
}

export const INITIAL_STATE: Omit<CallState, 'phase' | 'remote'> = {
  voicemail: false,
  awaitsMicrophone: false,
  resuming: false,
  answering: false,
  earlyMedia: false,
  offersVideo: false,
  muted: false,
  remoteHold: false,
  mediaPath: 'connected',
  camera: 'off',
  videoRefused: false,
  videoEnded: false,
};
