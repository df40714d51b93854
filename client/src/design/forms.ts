import { asProblem, type Problem } from '~/core/problem';

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

const serverText = ({ message, hint }: Problem) => `${message} ${hint}`.trim();

/** Show an error of the server at the field it names; return it if the form has no such field. */
export function showAtField(form: FormWithErrors, fault: unknown, text = serverText): unknown {
  const problem = asProblem(fault);
  const [name = ''] = problem.field.split('.');
  if (!(name in form.getValues())) return fault;
  form.setFieldError(name, text(problem));
  return undefined;
}
