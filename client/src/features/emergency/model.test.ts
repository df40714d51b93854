import { expect, it } from 'vitest';
import { bodyOf, valuesOf } from './model';

it('sends the address apart, and never takes the default away', () => {
  const values = { ...valuesOf('DE'), name: 'Office', city: 'Berlin', street: 'Hauptstr.' };
  expect(bodyOf(values)).toMatchObject({ name: 'Office', address: { country: 'DE', city: 'Berlin' } });
  expect(bodyOf(values)).not.toHaveProperty('default');
  expect(bodyOf({ ...values, default: true })).toHaveProperty('default', true);
});
