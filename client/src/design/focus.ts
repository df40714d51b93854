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
 * Focus the button that has taken the place of one that is gone, or else the title of the page: the button of an empty
 * list stands elsewhere once there is an item. Buttons with icons only are not compared.
 */
export function focusInPlaceOf(gone: HTMLElement): void {
  const buttons = [...document.querySelectorAll<HTMLElement>('main button')];
  const same = buttons.find(({ textContent }) => textContent !== '' && textContent === gone.textContent);
  (same ?? document.querySelector<HTMLElement>('main h1'))?.focus();
}
