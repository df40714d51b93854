import { expect, it } from 'vitest';
import { Problem } from '~/core/problem';
import { Factors } from './Factors';
import { SecurityModel } from './security';
import { StepUp } from './step-up';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

const BEGUN = { id: 't', secret: 'ABC', uri: 'otpauth://totp/x', svg: '<svg/>' };

it.each([
  ['a wrong code', 'at its field', new Problem('wrong_proof', 401, 'Wrong.'), true],
  ['another failure', 'above the fields', new Problem('unreachable', 0, 'Gone.'), false],
])('%s of an authenticator app is shown %s', async (_, __, fault, atField) => {
  Element.prototype.scrollIntoView = () => undefined;
  const server = {
    listFactors: async () => ({ data: { items: [], next: null } }),
    beginTotp: async () => ({ data: BEGUN }),
    confirmTotp: () => Promise.reject(fault),
  };
  const model = new SecurityModel(server as never, new StepUp(server as never));
  await model.beginTotp('App');
  const place = rendered(<Factors model={model} />);
  const field = () => place.querySelector<HTMLInputElement>('input[autocomplete="one-time-code"]')!;
  await eventually(() => expect(field()).not.toBeNull());
  place.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  await eventually(() => {
    expect(field().getAttribute('aria-invalid') === 'true').toBe(atField);
    expect(place.querySelectorAll('form [role=alert]')).toHaveLength(atField ? 0 : 1);
    expect(document.activeElement).toBe(atField ? field() : place.querySelector('[role=alert]'));
  });
});
