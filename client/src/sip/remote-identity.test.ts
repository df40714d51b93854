import { describe, expect, it } from 'vitest';
import { readIdentity } from './remote-identity';

const message = (headers: Record<string, string>) => ({ getHeader: (name: string) => headers[name] });

describe('the identity of the remote party', () => {
  it('is read from P-Asserted-Identity and Referred-By', () => {
    const news = readIdentity(
      message({
        'P-Asserted-Identity': '"Ada \\"A\\" O\\\\Neill" <sip:1001@acme.example>',
        'Referred-By': '"Ben Example" <sip:1002@acme.example>',
      }),
    );
    expect(news).toEqual({
      remote: { number: '1001', name: 'Ada "A" O\\Neill' },
      voicemail: false,
      transferredBy: 'Ben Example',
    });
  });

  it('has no name without one, and none of a withheld number', () => {
    expect(readIdentity(message({ 'P-Asserted-Identity': '<sip:+49%3030@acme.example>' })).remote).toEqual({
      number: '+49030',
      name: '',
    });
    const withheld = message({ 'P-Asserted-Identity': '"Anonymous" <sip:anonymous@anonymous.invalid>' });
    expect(readIdentity(withheld).remote).toEqual({ number: 'anonymous', name: '' });
  });

  it('is unchanged without a header or with a malformed one', () => {
    for (const each of [undefined, message({}), message({ 'P-Asserted-Identity': 'Ada <tel:1>' })])
      expect(readIdentity(each)).toEqual({ remote: undefined, voicemail: false, transferredBy: '' });
  });
});
