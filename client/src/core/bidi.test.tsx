import { i18n } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { expect, it, vi } from 'vitest';
import { joined, unmarked } from './bidi';
import { activateLanguage } from './language';
import { eventually } from '../../test/eventually';
import { rendered } from '../../test/rendered';

function Sentences({ name }: { name: string }) {
  const { t: translated } = useLingui();
  return (
    <>
      <p>{translated`Call ${name}`}</p>
      <p>
        <Trans>Call {name}</Trans>
      </p>
    </>
  );
}

it.each([
  ['מרים', '\u2068מרים\u2069'],
  ['محمد (2)', '\u2068محمد (2)\u2069'],
  ['Miriam (2)', 'Miriam (2)'],
])('the name %s stands by itself in every text', async (name, expected) => {
  await activateLanguage('en');
  const place = rendered(<Sentences name={name} />);
  await eventually(() => expect(place.querySelectorAll('p')).toHaveLength(2));
  const texts = [...place.querySelectorAll('p')].map(({ textContent }) => textContent);
  const sentence = msg`Call ${name}`;
  expect([...texts, t`Call ${name}`, i18n._(sentence)]).toEqual(Array(4).fill(`Call ${expected}`));
});

it('a number stays behind a name from right to left', () => {
  expect([joined('מרים', '1001'), joined('Miriam', '1001')]).toEqual(['\u2068מרים\u2069 · 1001', 'Miriam · 1001']);
});

it('a value of a newer server, which has no text, is no fault', async () => {
  await activateLanguage('en');
  expect(i18n._(undefined as never)).toBe('');
});

it('a copied name takes no marks along', async () => {
  await activateLanguage('en');
  const name = 'מרים';
  const place = document.body.appendChild(document.createElement('p'));
  place.textContent = t`Call ${name}`;
  getSelection()!.selectAllChildren(place);
  const setData = vi.fn();
  const copied = Object.assign(new Event('copy', { bubbles: true, cancelable: true }), { clipboardData: { setData } });
  place.dispatchEvent(copied);
  place.remove();
  expect([setData.mock.calls, copied.defaultPrevented]).toEqual([[['text/plain', `Call ${name}`]], true]);
  expect(unmarked(`\u2068${name}\u2069`)).toBe(name);
});
