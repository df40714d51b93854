import { endSession } from '~/api/session';
import { onWorkerMessage, type WorkerMessage } from '~/api/worker';
import { callToAnswer, NotificationCalls } from './notification-calls';

/** Handle the actions of notifications. Call once, before the router reads the address. */
export function handleNotificationActions(): void {
  let calls: Promise<NotificationCalls<import('~/sip').Call>> | undefined;
  const notificationCalls = () =>
    (calls ??= import('~/sip').then(
      ({ phone }) =>
        new NotificationCalls({
          calls: () => phone.state.state.calls,
          subscribe: (changed) => void phone.state.subscribe(changed),
          answer: (callId) => void phone.answer(callId),
          checkConnection: () => phone.wake(),
          now: Date.now,
        }),
    ));
  const onMessage = (message: WorkerMessage) =>
    message.type === 'signed_out'
      ? void endSession('ended')
      : void notificationCalls().then((each) => each.handle(message));
  onWorkerMessage(onMessage);
  const callId = callToAnswer(location.search);
  if (callId) onMessage({ type: 'answer', call: callId });
}
