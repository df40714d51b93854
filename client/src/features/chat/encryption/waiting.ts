import { createStore } from '~/core/store';

/** Encrypted conversations to which another device has to add this one first. */
export const waitingDevices = createStore<ReadonlySet<string>>(new Set<string>());

/** Note whether this device waits in a conversation. */
export function setWaiting(conversation: string, waits: boolean): void {
  waitingDevices.setState((before) => {
    if (before.has(conversation) === waits) return before;
    const others = [...before].filter((each) => each !== conversation);
    return new Set(waits ? [...others, conversation] : others);
  });
}
