import { useCallback, useEffect, useRef, useState } from 'react';
import { asProblem, Problem } from '~/core/problem';

interface Form {
  isDirty(field: string): boolean;
}

/** Return only the changed fields of a form, so that concurrent changes of other fields are kept. */
export function changedFields<T extends object>(form: Form, values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([field]) => form.isDirty(field))) as Partial<T>;
}

interface FormWithErrors {
  getValues(): object;
  setFieldError(field: string, error: string): void;
}

const fieldOf = (fault: unknown) => asProblem(fault).field.split('.')[0] ?? '';

const serverText = ({ message, hint }: Problem) => `${message} ${hint}`.trim();

/**
 * A text about a field is shown at it, without its name in the API: `name is required.` becomes `Is required.`, and
 * likewise `agents.extension is required.` for the field `agents.0.extension`.
 */
function withoutName(problem: Problem): Problem {
  const { code, status, message, hint, field } = problem;
  const name = field.replace(/\.\d+(?=\.|$)/g, '');
  if (!message.startsWith(`${name} `)) return problem;
  const [first = '', ...rest] = message.slice(name.length + 1);
  return new Problem(code, status, first.toUpperCase() + rest.join(''), hint, field);
}

/** Show an error of the server at the field it names; return it if the form has no such field. */
export function showAtField(form: FormWithErrors, fault: unknown, text = serverText): unknown {
  const name = fieldOf(fault);
  if (!(name in form.getValues())) return fault;
  form.setFieldError(name, text(withoutName(asProblem(fault))));
  return undefined;
}

/**
 * After `fail`, the first error of a form has the focus, once it is shown: a button that was pressed is disabled while
 * saving, which leaves the focus nowhere. `failures` counts.
 */
export function useErrorFocus() {
  const form = useRef<HTMLFormElement>(null);
  const [failures, setFailures] = useState(0);
  const fail = useCallback(() => setFailures((count) => count + 1), []);
  useEffect(() => {
    if (failures > 0) focusFirstError(form.current);
  }, [failures]);
  return { form, failures, fail };
}

/**
 * Shows a refusal of the server, the error of a mutation, at the field that it names; `fault` is one that names none of
 * them. The first error has the focus, after `fail` too.
 */
export function useFormErrors(form: FormWithErrors, error: unknown) {
  const { form: element, fail } = useErrorFocus();
  useEffect(() => {
    if (!error) return;
    showAtField(form, error);
    fail();
    // The form is another object at each rendering.
  }, [error]);
  return { element, fail, fault: error && fieldOf(error) in form.getValues() ? undefined : error };
}

function focusFirstError(form: HTMLElement | null): void {
  const first = form?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"]');
  if (first?.role === 'alert') first.tabIndex = -1;
  first?.scrollIntoView({ block: 'center' });
  first?.focus();
}
