import { expect, it } from 'vitest';
import { causeOf } from './causes';

it('names a cause and its number', () => {
  expect(causeOf({ cause: 21 })).toMatchObject({ text: { message: 'Refused' }, number: 'Q.850 21' });
  expect(causeOf({ cause: 99 })).toEqual({ text: undefined, number: 'Q.850 99' });
  expect(causeOf({ cause: 486 })).toEqual({ number: 'SIP 486' });
});
