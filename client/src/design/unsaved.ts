/** The fields of a form, as the user sees them. */
function contentOf(form: HTMLFormElement): string {
  const fields = [...form.querySelectorAll<HTMLInputElement>('input:not([type=hidden]), textarea, select')];
  return JSON.stringify(fields.map(({ type, checked, value }) => (/checkbox|radio/.test(type) ? checked : value)));
}

/**
 * Which forms below an element have input that is not saved: their fields are compared with those before the user touched
 * them. A form that was submitted is saved, unless it shows an error.
 */
export class UnsavedForms {
  #root: HTMLElement | null = null;
  readonly #before = new WeakMap<HTMLFormElement, string>();

  watch = (root: HTMLElement | null): (() => void) | undefined => {
    this.#root = root;
    if (!root) return;
    const touched = (event: Event) => {
      const { key } = event as Partial<KeyboardEvent>;
      if (key !== 'Tab' && key !== 'Escape') this.#forms.forEach((form) => this.#remember(form));
    };
    const submitted = () => this.#forms.forEach((form) => this.#before.set(form, contentOf(form)));
    const types = ['pointerdown', 'keydown', 'beforeinput'];
    types.forEach((type) => root.addEventListener(type, touched, true));
    root.addEventListener('submit', submitted, true);
    return () => {
      types.forEach((type) => root.removeEventListener(type, touched, true));
      root.removeEventListener('submit', submitted, true);
      this.#root = null;
    };
  };

  any(): boolean {
    return this.#forms.some((form) => {
      const before = this.#before.get(form);
      if (before === undefined) return false;
      return before !== contentOf(form) || form.querySelector('[aria-invalid=true], [role=alert]') !== null;
    });
  }

  get #forms(): HTMLFormElement[] {
    return [...(this.#root?.querySelectorAll('form') ?? [])];
  }

  #remember(form: HTMLFormElement): void {
    if (!this.#before.has(form)) this.#before.set(form, contentOf(form));
  }
}
