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
