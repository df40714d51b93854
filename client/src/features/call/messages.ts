import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { CaptureError, Source, CaptureFailure } from '~/media/capture';
import type { CallState, EndReason } from '~/sip';
import type { CallRecordingState } from './recording';

/** Texts for the end of a call. */
export const END_REASONS: Record<EndReason, MessageDescriptor> = {
  left: msg`Call ended`,
  'hung-up': msg`Call ended`,
  'declined-here': msg`Declined`,
  missed: msg`Missed call`,
  elsewhere: msg`Answered on another device`,
  declined: msg`Declined`,
  busy: msg`Busy`,
  'no-answer': msg`No answer`,
  unavailable: msg`Not reachable at the moment`,
  'unknown-number': msg`There is no such number`,
  'not-allowed': msg`You may not call this number`,
  'no-common-media': msg`The other side cannot take this kind of call`,
  'line-lost': msg`No connection to the PBX`,
  'media-lost': msg`The connection was lost`,
  replaced: msg`Call ended`,
  transferred: msg`Transferred`,
  fault: msg`The call could not be made`,
};

/** Texts for the recording state of a call. */
export const RECORDING_STATES: Record<Exclude<CallRecordingState['state'], 'none'>, MessageDescriptor> = {
  asking: msg`Asking for the recording…`,
  announced: msg`Everybody is being told that this call is recorded`,
  recording: msg`This call is being recorded`,
  paused: msg`The recording is paused`,
};

/** Texts for the recording state of a conference. */
export const CONFERENCE_RECORDING = {
  recording: msg`This meeting is being recorded`,
  paused: msg`The recording is paused`,
};

/** Texts for the reason why a recording ended or never started. */
export const RECORDING_ENDS: Partial<Record<string, MessageDescriptor>> = {
  refused: msg`Not recorded: somebody in the call does not want it`,
  not_told: msg`Not recorded: somebody could not be told`,
  full: msg`The recording has ended: there is no room for more`,
  fault: msg`The recording has ended by a fault`,
};

/** Status text of a call besides its duration; `connected`: whether the server is reached. */
export function callStatus(state: CallState, connected = true): MessageDescriptor | undefined {
  if (state.phase === 'ended') return END_REASONS[state.endReason ?? 'fault'];
  if (state.mediaPath === 'lost') return msg`Connection lost, finding another way…`;
  if (state.phase === 'calling') return msg`Calling…`;
  if (state.phase === 'ringing') return state.earlyMedia ? msg`Connecting…` : msg`Ringing…`;
  if (state.phase === 'incoming') return msg`Answering…`;
  if (!connected || state.mediaPath === 'suspect') return msg`Reconnecting…`;
  if (state.transfer === 'asked') return msg`Transferring…`;
  if (state.transfer === 'rings') return msg`Transferring: it rings there…`;
  if (state.phase === 'held') return msg`On hold`;
  return state.remoteHold ? msg`The other side put you on hold` : undefined;
}

export interface CaptureNotice {
  title: MessageDescriptor;
  advice: MessageDescriptor;
}

const CAPTURE_ERRORS: Record<Source, Record<CaptureFailure, MessageDescriptor>> = {
  microphone: {
    refused: msg`You are not heard: the microphone is blocked`,
    missing: msg`You are not heard: there is no microphone`,
    busy: msg`You are not heard: another program uses the microphone`,
    insecure: msg`You are not heard: this page was not opened over https`,
  },
  camera: {
    refused: msg`You are not seen: the camera is blocked`,
    missing: msg`You are not seen: there is no camera`,
    busy: msg`You are not seen: another program uses the camera`,
    insecure: msg`You are not seen: this page was not opened over https`,
  },
};

const REMEDIES: Record<CaptureFailure, MessageDescriptor> = {
  refused: msg`Press the sign beside the address of this page, allow it there, then try again.`,
  missing: msg`Plug one in, then try again.`,
  busy: msg`Close the other program, then try again.`,
  insecure: msg`Browsers give microphone and camera to encrypted pages alone. Open the https address.`,
};

/** Describe a missing device and the remedy. */
export function captureNotice({ source, reason }: Pick<CaptureError, 'source' | 'reason'>): CaptureNotice {
  return { title: CAPTURE_ERRORS[source][reason], advice: REMEDIES[reason] };
}

/** Shown beside the browser's permission prompt. */
export const PERMISSION_REASONS: Record<Source, MessageDescriptor> = {
  microphone: msg`Your browser asks for the microphone: the other side hears you through it, during calls only.`,
  camera: msg`Your browser asks for the camera: the other side sees you through it, until you switch it off.`,
};

export const QUALITY_LABELS: Record<1 | 2 | 3 | 4 | 5, MessageDescriptor> = {
  1: msg`Very bad connection`,
  2: msg`Bad connection`,
  3: msg`Fair connection`,
  4: msg`Good connection`,
  5: msg`Very good connection`,
};
