import type { NewNumberRange, NewPublicNumber, PublicNumber, PublicNumberChange, Trunk } from '~/api';

export interface NumberValues {
  number: string;
  trunk: string;
  destination: string;
  callers: { pattern: string; destination: string }[];
  /** Numbers of extensions; groups and queues such as `group:6000`. */
  shown_for: string[];
  reject_anonymous: boolean;
  description: string;
}

export function valuesOf(number?: PublicNumber): NumberValues {
  const { trunk = '', destination = '', callers = [], shown_for = [], reject_anonymous = false } = number ?? {};
  const { description = '' } = number ?? {};
  return { number: number?.number ?? '', trunk, destination, callers, shown_for, reject_anonymous, description };
}

export const newNumber = (values: NumberValues): NewPublicNumber => values;

/** Values with which a number begins a range. */
export interface RangeValues {
  /** Last digits of the last number; empty for a single number. */
  last: string;
  /** Pattern of the extensions that numbers lead to by their last digits, such as 10##; empty: none. */
  extensions: string;
}

/** A range as the server reads it; empty for a single number. */
export const rangeText = (first: string, last: string): string =>
  first.trim() && last ? `${first.trim()}-${last}` : '';

export function newRange({ number, ...values }: NumberValues, { last, extensions }: RangeValues): NewNumberRange {
  return { ...values, numbers: rangeText(number, last), extensions };
}

/** The changed values; a number itself cannot change. */
export function numberChange({ number: _, ...changed }: Partial<NumberValues>): PublicNumberChange {
  return changed;
}

/** Whether calls to a number can come in: the state of its trunk; undefined while it is not known. */
export function trunkOf(number: Pick<PublicNumber, 'trunk'>, trunks: Trunk[]): Trunk | undefined {
  return trunks.find(({ name }) => name === number.trunk);
}
