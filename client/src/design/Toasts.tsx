import { Button, CloseButton, Kbd } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { useValue } from '~/core/store';
import { dismissToast, TOAST_MS, toasts, type ShownToast } from '~/core/toasts';
import css from './toasts.module.css';

/** Shows the notifications of `toast`. Ctrl+Z or ⌘Z outside of a text field undoes the newest one. */
export function Toasts() {
  const { t } = useLingui();
  const shown = useValue(toasts);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      if (event.defaultPrevented || isEditable(event.target)) return;
      const newest = shown.findLast((each) => each.undo && !each.action);
      if (!newest) return;
      event.preventDefault();
      takeBack(newest);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [shown]);
  return (
    <section className={css.region} aria-label={t`Notifications`}>
      <ol className={css.list} aria-live="polite" aria-relevant="additions">
        {shown.map((each) => (
          <ToastRow key={each.id} toast={each} />
        ))}
      </ol>
    </section>
  );
}

function ToastRow({ toast }: { toast: ShownToast }) {
  const { t } = useLingui();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => dismissToast(toast.id), TOAST_MS);
    return () => clearTimeout(timer);
  }, [held, toast.id]);
  return (
    <li
      className={css.toast}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      onKeyDown={(event) => event.key === 'Escape' && dismissToast(toast.id)}
    >
      <span className={css.message}>{toast.message}</span>
      {toast.undo && (
        <Button variant="transparent" className={css.undo} size="compact-sm" onClick={() => takeBack(toast)}>
          {toast.action ?? (
            <>
              <Trans>Undo</Trans>
              <Kbd className={css.key} aria-hidden>
                {/Mac|iP(hone|ad)/.test(navigator.userAgent) ? '⌘Z' : t`Ctrl Z`}
              </Kbd>
            </>
          )}
        </Button>
      )}
      <CloseButton className={css.close} aria-label={t`Dismiss`} onClick={() => dismissToast(toast.id)} />
    </li>
  );
}

function takeBack({ id, undo }: ShownToast): void {
  dismissToast(id);
  void undo?.();
}

function isEditable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
