interface Form {
  isDirty(field: string): boolean;
}

/** Return only the changed fields of a form, so that concurrent changes of other fields are kept. */
export function changedFields<T extends object>(form: Form, values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([field]) => form.isDirty(field))) as Partial<T>;
}
