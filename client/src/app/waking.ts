import { leave } from '~/api/session';
import { onWorker, type FromWorker } from '~/api/worker';
import { answerOf, Woken } from './woken';

/** Does what notifications were pressed for. To be called once, before the router looks at the address. */
export function wake(): void {
  let woken: Promise<Woken<import('~/sip').Call>> | undefined;
  const telephone = () =>
    (woken ??= import('~/sip').then(
      ({ phone }) =>
        new Woken({
          calls: () => phone.state.state.calls,
          watch: (changed) => void phone.state.subscribe(changed),
          answer: (call) => void phone.answer(call),
          nudge: () => phone.nudge(),
          now: Date.now,
        }),
    ));
  const hear = (told: FromWorker) =>
    told.type === 'signed_out' ? void leave('ended') : void telephone().then((each) => each.hear(told));
  onWorker(hear);
  const call = answerOf(location.search);
  if (call) hear({ type: 'answer', call });
}
