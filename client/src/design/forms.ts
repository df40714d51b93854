interface Form {
  isDirty(field: string): boolean;
}

/** Of a form only what was changed in it: what somebody else has changed since it was opened stays so. */
export function changedFields<T extends object>(form: Form, values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([field]) => form.isDirty(field))) as Partial<T>;
}
