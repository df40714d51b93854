import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { CaptureError, DeviceFailure, Source } from '~/media/capture';
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
  unavailable: msg`Not available`,
  'unknown-number': msg`Unknown number`,
  'no-outside-line': msg`Calls outside are not set up yet. Ask your administrator.`,
  'carrier-refused': msg`The carrier refused the call. Ask your administrator.`,
  'carrier-unavailable': msg`No carrier can take the call at the moment. Try again later.`,
  'not-allowed': msg`You are not allowed to call this number`,
  'no-credit': msg`Your organisation has no credit for this call. Ask your administrator.`,
  'trial-ended': msg`The trial of your organisation has ended. Ask your administrator.`,
  unpaid: msg`Calls outside are not possible at the moment. Ask your administrator.`,
  'credit-used-up': msg`Call ended: your organisation's credit is used up`,
  'no-common-media': msg`The other party does not support this type of call`,
  'line-lost': msg`No connection to the phone system`,
  'other-window': msg`A call is active in another window.`,
  'media-lost': msg`Connection lost`,
  replaced: msg`Call ended`,
  'not-resumed': msg`Call ended`,
  transferred: msg`Transferred`,
  fault: msg`Call failed`,
};

/** Texts for the recording state of a call. */
export const RECORDING_STATES: Record<Exclude<CallRecordingState['state'], 'none'>, MessageDescriptor> = {
  asking: msg`Requesting recording…`,
  announced: msg`Announcing the recording to all participants`,
  recording: msg`This call is being recorded`,
  paused: msg`Recording paused`,
};

/** Texts for the recording state of a conference. */
export const CONFERENCE_RECORDING = {
  recording: msg`This conference is being recorded`,
  video: msg`This conference is being recorded with video`,
  paused: msg`Recording paused`,
};

/** Texts for the reason why a recording ended or never started. */
export const RECORDING_ENDS: Partial<Record<string, MessageDescriptor>> = {
  refused: msg`Not recorded: declined by a participant`,
  not_told: msg`Not recorded: the announcement failed`,
  full: msg`Recording stopped: no storage left`,
  fault: msg`Recording stopped: an error occurred`,
};

/** Status text of a call besides its duration; `connected`: whether the server is reached. */
export function callStatus(state: CallState, connected = true): MessageDescriptor | undefined {
  if (state.phase === 'ended') return END_REASONS[state.endReason ?? 'fault'];
  if (state.awaitsMicrophone) return msg`Not called yet`;
  if (state.resuming) return msg`Reconnecting…`;
  if (state.mediaPath === 'lost') return msg`Connection lost. Reconnecting…`;
  if (state.phase === 'calling') return msg`Calling…`;
  if (state.phase === 'ringing') return state.earlyMedia ? msg`Connecting…` : msg`Ringing…`;
  if (state.phase === 'incoming') return msg`Answering…`;
  if (!connected || state.mediaPath === 'suspect') return msg`Reconnecting…`;
  if (state.transfer === 'asked') return msg`Transferring…`;
  if (state.transfer === 'rings') return msg`Transferring: ringing…`;
  if (state.phase === 'held') return msg`On hold`;
  return state.remoteHold ? msg`On hold by the other party` : undefined;
}

interface CaptureNotice {
  title: MessageDescriptor;
  advice: MessageDescriptor;
}

const CAPTURE_ERRORS: Record<CaptureError['source'], Record<DeviceFailure, MessageDescriptor>> = {
  microphone: {
    refused: msg`You cannot be heard: the microphone is blocked`,
    missing: msg`You cannot be heard: no microphone found`,
    busy: msg`You cannot be heard: the microphone is in use by another program`,
    insecure: msg`You cannot be heard: the page was not opened over https`,
  },
  camera: {
    refused: msg`You cannot be seen: the camera is blocked`,
    missing: msg`You cannot be seen: no camera found`,
    busy: msg`You cannot be seen: the camera is in use by another program`,
    insecure: msg`You cannot be seen: the page was not opened over https`,
  },
  screen: {
    refused: msg`The screen is not shared: the browser or the system blocks it`,
    missing: msg`The screen is not shared: this device cannot share it`,
    busy: msg`The screen is not shared: the system refused it`,
    insecure: msg`The screen is not shared: the page was not opened over https`,
  },
};

const REMEDIES: Record<DeviceFailure, MessageDescriptor> = {
  refused: msg`Click the icon next to the page address, allow access, then try again.`,
  missing: msg`Connect one and try again.`,
  busy: msg`Close the other program and try again.`,
  insecure: msg`Microphone and camera require an encrypted connection. Open the https address.`,
};

const NOT_BLURRED: CaptureNotice = {
  title: msg`You cannot be seen: your background cannot be blurred`,
  advice: msg`This device may be too slow for it.`,
};

/** Describe a missing device and the remedy. */
export function captureNotice({ source, reason }: Pick<CaptureError, 'source' | 'reason'>): CaptureNotice {
  if (reason === 'blur') return NOT_BLURRED;
  return { title: CAPTURE_ERRORS[source][reason], advice: REMEDIES[reason] };
}

/** Shown beside the browser's permission prompt. */
export const PERMISSION_REASONS: Record<Source, MessageDescriptor> = {
  microphone: msg`Your browser is asking for microphone access: the other party can hear you, during calls only.`,
  camera: msg`Your browser is asking for camera access: the other party can see you until you turn it off.`,
};

export const QUALITY_LABELS: Record<1 | 2 | 3 | 4 | 5, MessageDescriptor> = {
  1: msg`Very poor connection`,
  2: msg`Poor connection`,
  3: msg`Fair connection`,
  4: msg`Good connection`,
  5: msg`Very good connection`,
};
