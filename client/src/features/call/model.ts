import { restoreSensorPermission } from '~/media/sensors';
import { createStore } from '~/core/store';
import { TWO_PANES } from '~/design/Panes';
import { requestSensorPermission } from '~/media/sensors';
import { colleagues } from '~/features/directory';
import { phone, WITHHELD_NUMBER, type Call } from '~/sip';

/** How the call is shown: full screen, or as a bar or card beside the other screens. */
export interface CallView {
  minimised: boolean;
  keypad: boolean;
  /** The sheet of microphones, cameras and speakers. */
  devices: boolean;
  /** The statistics popover. */
  statistics: boolean;
  /** The connections of the conference room. */
  connections: boolean;
  /** The roster of the conference room. */
  roster: boolean;
  /** The transfer sheet. */
  transfer: boolean;
  /** The number that the transfer sheet opens with. */
  transferTo: string;
  /** The sheet of less frequent actions. */
  more: boolean;
}

const INITIAL_VIEW: CallView = {
  minimised: false,
  keypad: false,
  devices: false,
  statistics: false,
  connections: false,
  roster: false,
  transfer: false,
  transferTo: '',
  more: false,
};

/** Beside a list there is room for a call without video. */
function initialView(video: boolean): CallView {
  const wide = globalThis.matchMedia?.(TWO_PANES).matches ?? false;
  return { ...INITIAL_VIEW, minimised: wide && !video };
}

export const callView = createStore<CallView>(initialView(false));

/** The video of the remote party, for picture in picture. */
export const remoteVideoElement = createStore<HTMLVideoElement | undefined>(undefined);

/** Whether a sheet covers the call. */
export function isSheetOpen({ connections, devices, more, roster, statistics, transfer }: CallView): boolean {
  return connections || devices || more || roster || statistics || transfer;
}

export function showCall(change: Partial<CallView>): void {
  callView.setState((before) => ({ ...before, ...change }));
}

/** Start a call and show it. Call from a user gesture: iOS prompts for the sensors only then. */
export function startCall(
  number: string,
  { video = false, name = colleagues.nameOf(number) ?? '' } = {},
): Promise<Call> {
  restoreSensorPermission();
  callView.setState(() => initialView(video));
  void requestSensorPermission();
  return phone.call(number, { video, name, microphoneFirst: true });
}

export async function answerCall(call: Call, video = false): Promise<void> {
  restoreSensorPermission();
  callView.setState(() => initialView(video));
  void requestSensorPermission();
  await phone.answer(call, video);
}

/**
 * Name and number of the remote party: from the user's contacts, otherwise from the call, otherwise from the directory,
 * otherwise the number.
 */
export function remoteParty(
  call: Call,
  nameOf: (number: string) => string | undefined,
  contact = '',
): { title: string; number: string } {
  if (call.number === WITHHELD_NUMBER) return { title: '', number: '' };
  const name = contact || call.name || nameOf(call.number);
  return name ? { title: name, number: call.number } : { title: call.number, number: '' };
}

/** Up to two letters for the avatar. */
export function initials(title: string): string {
  const words = title.split(/\s+/).filter((word) => /\p{L}/u.test(word));
  const chosen = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return chosen.map((word) => [...word][0]!.toUpperCase()).join('');
}

/** The calls to render. */
export interface VisibleCalls {
  /** Ringing here and not yet answered. */
  ringing?: Call;
  /** Shown on the screen or in the bar. */
  active?: Call;
  /** The call beside the active one. */
  other?: Call;
}

export function visibleCalls(calls: readonly Call[], active: Call | undefined): VisibleCalls {
  const ringing = calls.find((each) => each.phase === 'incoming' && !each.state.state.answering);
  const rest = calls.filter(
    (each) => each !== ringing && (each.phase !== 'ended' || each === active || calls.length === 1),
  );
  const main = active && rest.includes(active) ? active : rest.at(-1);
  return { ringing, active: main, other: rest.find((each) => each !== main && !each.ended) };
}
