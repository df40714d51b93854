import type { I18n, MessageDescriptor, MessageOptions, Values } from '@lingui/core';

/** A letter of a script that is written from right to left. */
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

const isolated = (value: unknown) =>
  typeof value === 'string' && RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value;

const allIsolated = (values?: Values) =>
  values && Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isolated(value)]));

/**
 * Isolates the values of all texts that are written from right to left, such as names: otherwise digits and punctuation
 * next to them change places. The marks (UAX 9) have no width, and screen readers are silent about them.
 */
export function isolateValues(i18n: I18n): void {
  const translate = i18n._.bind(i18n);
  const isolating = (text: MessageDescriptor | string, values?: Values, options?: MessageOptions) =>
    typeof text === 'object'
      ? translate({ ...text, values: allIsolated(text.values ?? values) })
      : translate(text, allIsolated(values), options);
  Object.assign(i18n, { _: isolating, t: isolating });
  document.addEventListener('copy', copyUnmarked);
}

/** A name and what belongs to it, such as its number, which stays behind a name that is written from right to left. */
export const joined = (name: string, detail: string) => `${String(isolated(name))} · ${detail}`;

/** A text without the marks, which a text of a page takes along wherever it is copied or dropped. */
export const unmarked = (text: string) => text.replaceAll(/[\u2066-\u2069]/g, '');

/** Copies the selected text without the marks: names with invisible characters are refused, and found nowhere. */
function copyUnmarked(event: ClipboardEvent): void {
  const selected = String(getSelection());
  if (event.defaultPrevented || unmarked(selected) === selected) return;
  event.clipboardData?.setData('text/plain', unmarked(selected));
  event.preventDefault();
}
