import { expect, it } from 'vitest';
import { parseLink } from './link';

const OURS = 'https://pbx.example.com';

it.each([
  [
    'https://pbx.example.com/app/#sign-in=AbCdEfGh12345678',
    { kind: 'ours', purpose: 'sign-in', code: 'AbCdEfGh12345678' },
  ],
  [
    '  https://pbx.example.com/app/#invitation=AbCdEfGh12345678 ',
    { kind: 'ours', purpose: 'invitation', code: 'AbCdEfGh12345678' },
  ],
  ['https://pbx.example.com/app/', { kind: 'nothing' }],
  ['https://pbx.example.com/app/#sign-in=<script>', { kind: 'nothing' }],
  ['http://pbx.example.com/app/#sign-in=AbCdEfGh12345678', { kind: 'foreign', host: 'pbx.example.com' }],
  [
    'https://pbx.example.com.evil.example/app/#sign-in=AbCdEfGh12345678',
    { kind: 'foreign', host: 'pbx.example.com.evil.example' },
  ],
  ['https://pbx.example.com@evil.example/#sign-in=AbCdEfGh12345678', { kind: 'foreign', host: 'evil.example' }],
  ['https://pbx.example.com/app/#second-factor=AbCdEfGh12345678&kinds=totp', { kind: 'nothing' }],
  ['otpauth://totp/UnifiCX:ada?secret=ABC', { kind: 'authenticator' }],
  ['javascript:alert(1)', { kind: 'nothing' }],
  ['WIFI:S:guests;;', { kind: 'nothing' }],
  ['', { kind: 'nothing' }],
])('parses %s', (text, read) => {
  expect(parseLink(text, OURS)).toEqual(read);
});
