import { useLingui } from '@lingui/react/macro';
import { useRouter, type HistoryLocation, type RouterHistory } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { confirmAction } from './Confirm';
import { areDialogsMounted } from './dialogs';
import { hasLayers, useLayer } from './layers';
import { UnsavedForms } from './unsaved';

type Step = Parameters<Parameters<RouterHistory['block']>[0]['blockerFn']>[0];

/** The questions of the pages, drawers and dialogs whose forms were touched. */
const questions = new Set<() => Promise<boolean>>();

/** Asks before input is lost by what is not a navigation, such as the choice of another organisation. */
export async function mayLeavePage(): Promise<boolean> {
  for (const ask of questions) if (!(await ask())) return false;
  return true;
}

/** The forms below the element that `watch` is given to: a navigation asks before input that is not saved is lost. */
function useUnsavedForms() {
  const { t } = useLingui();
  const router = useRouter({ warn: false });
  const [touched, setTouched] = useState(false);
  const [forms] = useState(() => new UnsavedForms(() => setTouched(true)));
  const asking = useRef(false);
  const mayLeave = async () => {
    if (!forms.any()) return true;
    if (asking.current) return false;
    const title = t`Discard changes?`;
    const text = t`Your entries are not saved.`;
    if (!areDialogsMounted()) return confirm(`${title}\n\n${text}`);
    asking.current = true;
    try {
      return await confirmAction({ title, text, confirmLabel: t`Discard`, cancelLabel: t`Keep editing` });
    } finally {
      asking.current = false;
    }
  };
  const latest = useRef(mayLeave);
  useEffect(() => {
    latest.current = mayLeave;
  });
  useEffect(() => {
    const history = touched ? router?.history : undefined;
    const ask = () => latest.current();
    if (!history) return;
    questions.add(ask);
    const unblock = history.block({
      blockerFn: (step) => {
        const stays = placeOf(step.currentLocation) === placeOf(step.nextLocation);
        const closesLayer = step.action === 'BACK' && hasLayers();
        if (stays || closesLayer || !forms.any()) return false;
        void mayLeavePage().then((leaves) => leaves && take(step, history));
        return true;
      },
      enableBeforeUnload: () => forms.any(),
    });
    return () => {
      questions.delete(ask);
      unblock();
    };
  }, [router, touched, forms]);
  return { watch: forms.watch, mayLeave };
}

/** A drawer or dialog with forms: `close` asks before input that is not saved is lost. Pass `watch` as its `ref`. */
export function useFormLayer(opened: boolean, onClose: () => void) {
  const { watch, mayLeave } = useUnsavedForms();
  const leave = async () => {
    if (await mayLeave()) onClose();
  };
  const close = useLayer(opened, () => void leave());
  return { close, watch };
}

/** A page with forms: leaving it asks before input that is not saved is lost. Pass the result as the `ref` of its content. */
export const usePageForms = () => useUnsavedForms().watch;

/** The content that an address shows: its page, and the tab of `PageTabs`. */
const placeOf = ({ pathname, search }: HistoryLocation) => `${pathname} ${new URLSearchParams(search).get('tab')}`;

/** Take a step that was blocked. */
function take({ action, currentLocation, nextLocation }: Step, history: RouterHistory): void {
  const now = { ignoreBlocker: true };
  if (action === 'PUSH') history.push(nextLocation.href, nextLocation.state, now);
  else if (action === 'REPLACE') history.replace(nextLocation.href, nextLocation.state, now);
  else history.go(nextLocation.state.__TSR_index - currentLocation.state.__TSR_index, now);
}
