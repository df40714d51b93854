import type { AnyRouter } from '@tanstack/react-router';

/**
 * Gives the focus back to a control that was disabled while its change was saved: the browser takes it from a disabled
 * one. Returns a function that ends this.
 */
export function restoreFocusOfDisabled(): () => void {
  let focused: EventTarget | null = null;
  let lost: EventTarget | null = null;
  const forget = () => {
    focused = lost = null;
  };
  const remember = ({ target }: FocusEvent) => {
    focused = target;
    lost = null;
  };
  const observer = new MutationObserver((records) => {
    for (const { target } of records) {
      const control = target as HTMLElement;
      const disabled = control.hasAttribute('disabled');
      if (disabled && control === focused) lost = control;
      if (!disabled && control === lost) {
        lost = null;
        if (document.activeElement === document.body) control.focus({ preventScroll: true });
      }
    }
  });
  observer.observe(document.body, { subtree: true, attributes: true, attributeFilter: ['disabled'] });
  document.addEventListener('focusin', remember);
  document.addEventListener('pointerdown', forget);
  return () => {
    observer.disconnect();
    document.removeEventListener('focusin', remember);
    document.removeEventListener('pointerdown', forget);
  };
}

/**
 * Leaves the focus of a dialog where the user has moved it: a trap of Mantine focuses `data-autofocus` twice, and the second
 * time may come after the user, or a program, has begun with another control. Returns a function that ends this.
 */
export function keepFocusInDialogs(): () => void {
  const mark = () => {
    const control = document.activeElement;
    const dialog = control?.parentElement?.closest('[role="dialog"]');
    // The cross has the focus at first if the form is drawn late, which is to have it then.
    if (!control || !dialog || control.closest('header')) return;
    dialog.querySelectorAll('[data-autofocus]').forEach((each) => each.removeAttribute('data-autofocus'));
    control.setAttribute('data-autofocus', '');
  };
  document.addEventListener('focusin', mark);
  return () => document.removeEventListener('focusin', mark);
}

/**
 * Gives the focus back to the button of a menu before the chosen item acts: a dialog that opens returns the focus to what
 * had it, and the items are gone by then. Returns a function that ends this.
 */
export function leaveMenus(): () => void {
  const leave = ({ target }: MouseEvent) => {
    const menu = (target as Element).closest('[role="menuitem"]')?.closest('[role="menu"]');
    const button = menu?.getAttribute('aria-labelledby');
    if (button) document.getElementById(button)?.focus({ preventScroll: true });
  };
  document.addEventListener('click', leave, true);
  return () => document.removeEventListener('click', leave, true);
}

/** A dialog or menu that was closed returns the focus within 10 ms, which goes first. */
const RETURN_MS = 100;

/**
 * When the focused control is removed, such as the button of a selection that was cleared, focuses the heading of the part
 * of the page that it was in, unless something else has the focus by then. Returns a function that ends this.
 */
export function leaveRemoved(): () => void {
  let focused: Node | null = null;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const remember = ({ target }: FocusEvent) => {
    focused = target as Node;
  };
  const forget = () => {
    focused = null;
  };
  const observer = new MutationObserver((records) => {
    if (!focused || focused.isConnected) return;
    const gone = focused;
    focused = null;
    const removal = records.findLast(
      ({ target, removedNodes }) => target.isConnected && [...removedNodes].some((each) => each.contains(gone)),
    );
    const focusHeading = () => document.activeElement === document.body && focusHeadingOf(removal?.target ?? null);
    clearTimeout(waiting);
    waiting = setTimeout(focusHeading, RETURN_MS);
  });
  observer.observe(document.body, { subtree: true, childList: true });
  document.addEventListener('focusin', remember);
  document.addEventListener('pointerdown', forget);
  return () => {
    clearTimeout(waiting);
    observer.disconnect();
    document.removeEventListener('focusin', remember);
    document.removeEventListener('pointerdown', forget);
  };
}

function focusHeadingOf(place: Node | null): void {
  for (let part = place as Element | null; part && part !== document.body; part = part.parentElement) {
    const heading = part.isConnected && part.querySelector<HTMLElement>('h1, h2, h3');
    if (heading) return focusText(heading);
  }
  focusText(document.querySelector<HTMLElement>('main h1'));
}

/** The page stays where it is. */
function focusText(text: HTMLElement | null): void {
  if (!text) return;
  text.tabIndex = -1;
  text.focus({ preventScroll: true });
}

/**
 * After a navigation to another page focuses its title once it is shown, unless a control within the page, or a dialog that
 * has opened, has the focus. Tabs and filters, which are in the query of the address, leave the focus. Returns a function
 * that ends this.
 */
export function focusTitles(router: AnyRouter): () => void {
  let before: Element | null = null;
  let stopWaiting = () => {};
  const stops = [
    router.subscribe('onBeforeLoad', () => {
      before = document.activeElement;
    }),
    router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
      if (!fromLocation || !pathChanged) return;
      stopWaiting();
      const { activeElement } = document;
      if (activeElement?.closest('main')) return;
      if (activeElement !== before && activeElement?.closest('[role="dialog"], [role="alertdialog"]')) return;
      stopWaiting = whenTitleIsShown(focusText);
    }),
  ];
  return () => [...stops, stopWaiting].forEach((stop) => stop());
}

/** The title may come with the data of the page. Waiting ends when the user moves the focus. */
function whenTitleIsShown(act: (title: HTMLElement) => void): () => void {
  const check = () => {
    const title = document.querySelector<HTMLElement>('main h1');
    if (!title) return;
    stop();
    act(title);
  };
  const observer = new MutationObserver(check);
  // The search that closes returns the focus to its button in the frame of the page.
  const onFocus = ({ target }: FocusEvent) => {
    if ((target as Element).closest('main, [role="dialog"], [role="alertdialog"], input, textarea')) stop();
  };
  const onKey = ({ key }: KeyboardEvent) => key === 'Tab' && stop();
  const stop = () => {
    observer.disconnect();
    document.removeEventListener('focusin', onFocus);
    document.removeEventListener('keydown', onKey);
    document.removeEventListener('pointerdown', stop);
  };
  observer.observe(document.body, { subtree: true, childList: true });
  document.addEventListener('focusin', onFocus);
  document.addEventListener('keydown', onKey);
  document.addEventListener('pointerdown', stop);
  check();
  return stop;
}

/** The `ref` of a form that takes the place of the button that was pressed: it begins in its first field. */
export const focusFirstField = (form: HTMLElement | null) =>
  form?.querySelector<HTMLElement>('input, select, textarea')?.focus();

/**
 * Focus the button that has taken the place of one that is gone, or else the title of the page: the button of an empty
 * list stands elsewhere once there is an item. Buttons with icons only are not compared.
 */
export function focusInPlaceOf(gone: HTMLElement): void {
  const buttons = [...document.querySelectorAll<HTMLElement>('main button')];
  const same = buttons.find(({ textContent }) => textContent !== '' && textContent === gone.textContent);
  (same ?? document.querySelector<HTMLElement>('main h1'))?.focus();
}
