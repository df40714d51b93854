import { expect, it } from 'vitest';
import { loggedErrors, logFault, redact, captureUnhandledErrors } from './error-log';

it.each([
  ['GET https://pbx.example.com/api/v1/persons/01a20f18-51cf-74ea-a407-42402579d422', 'GET /api/v1/persons/…'],
  ['GET https://pbx.example.com/api/v1/history?caller=%2B4930123456', 'GET /api/v1/history'],
  ['no answer from sip:1001@pbx.example.com;transport=ws', 'no answer from sip:…;transport=ws'],
  ['ada@example.com is unknown', '…@… is unknown'],
  ['called +49 (30) 123456 twice', 'called … twice'],
  ['"Ada Example" said no', '"…" said no'],
  ['token AbCdEfGhIjKlMnOpQrStUvWxYz012345', 'token …'],
  ['TypeError: x is undefined', 'TypeError: x is undefined'],
  ['/assets/app-VURYCMY4.js:12:3456', '/assets/app-VURYCMY4.js:12:3456'],
])('%s', (text, redacted) => {
  expect(redact(text)).toBe(redacted);
});

it('keeps the last thirty entries', () => {
  for (let at = 0; at < 40; at++) logFault(`fault ${at}`, 'here', new Date('2026-11-24T12:00:00Z'));
  expect(loggedErrors()).toHaveLength(30);
  expect(loggedErrors().at(-1)).toEqual({ at: '2026-11-24T12:00:00.000Z', message: 'fault 39', location: 'here' });
});

it('captures unhandled errors', () => {
  const place = new EventTarget();
  captureUnhandledErrors(place as never);
  const event = Object.assign(new Event('unhandledrejection'), { reason: new TypeError('of ada@example.com') });
  place.dispatchEvent(event);
  expect(loggedErrors().at(-1)?.message).toBe('TypeError: of …@…');
});
