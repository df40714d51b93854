/** The fields of a form, as the user sees them. */
function contentOf(form: HTMLFormElement): string {
  const fields = [...form.querySelectorAll<HTMLInputElement>('input, textarea, select')];
  return JSON.stringify(fields.map(({ type, checked, value }) => (/checkbox|radio/.test(type) ? checked : value)));
}

const SUBMITTED = null;

/**
 * Which forms below an element have input that is not saved: their fields are compared with those before the user touched
 * them. A form that was submitted is saved, unless it shows an error. Input of forms with `data-transient`, such as that of
 * a test, is not worth a question. A form with `data-unsaved` has something to lose as long as it exists.
 */
export class UnsavedForms {
  #root: HTMLElement | null = null;
  readonly #before = new WeakMap<HTMLFormElement, string | typeof SUBMITTED>();

  constructor(private readonly onTouched: () => void) {}

  watch = (root: HTMLElement | null): (() => void) | undefined => {
    this.#root = root;
    if (!root) return;
    const touched = (event: Event) => {
      const { key } = event as Partial<KeyboardEvent>;
      if (key === 'Tab' || key === 'Escape') return;
      this.#forms.forEach((form) => this.#remember(form));
      if (this.#forms.length > 0) this.onTouched();
    };
    const submitted = ({ target }: Event) => this.#before.set(target as HTMLFormElement, SUBMITTED);
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
      if (form.hasAttribute('data-unsaved')) return true;
      const before = this.#before.get(form);
      if (before === undefined) return false;
      const changed = before !== SUBMITTED && before !== contentOf(form);
      return changed || form.querySelector('[aria-invalid=true], [role=alert]') !== null;
    });
  }

  get #forms(): HTMLFormElement[] {
    return [...(this.#root?.querySelectorAll<HTMLFormElement>('form:not([data-transient])') ?? [])];
  }

  #remember(form: HTMLFormElement): void {
    if (typeof this.#before.get(form) !== 'string') this.#before.set(form, contentOf(form));
  }
}
