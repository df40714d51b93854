import { describe, expect, it } from 'vitest';
import type { PublicNumber, Route, TrunkTemplate } from '~/api';
import { newTrunk, trunkChange, usersOf, valuesOf, withTemplate } from './model';

const TEMPLATE: TrunkTemplate = {
  name: 'example',
  title: 'Example',
  server: 'sip.example.com',
  transport: 'tls',
  registers: false,
  domain: 'example.com',
  accept_from: ['192.0.2.0/24'],
  caller_id_header: 'p_preferred',
  number_format: 'e164',
  note: '',
};

describe('the form of a trunk', () => {
  it('takes the settings of a carrier, but keeps what the template does not know', () => {
    const values = withTemplate({ ...valuesOf(), name: 'main', username: 'u', dtmf: 'info' }, TEMPLATE);
    expect(values).toMatchObject({ name: 'main', username: 'u', dtmf: 'info', server: 'sip.example.com' });
    expect(values).toMatchObject({ transport: 'tls', registers: false, number_format: 'e164' });
    expect(withTemplate(valuesOf(), TEMPLATE).name).toBe('example');
  });

  it('sends no limit for an empty one', () => {
    expect(newTrunk(valuesOf()).max_calls).toBeNull();
    expect(trunkChange({ max_calls: '' })).toEqual({ max_calls: 0 });
    expect(trunkChange({ max_calls: 4 })).toEqual({ max_calls: 4 });
  });

  it('keeps the password unless one is typed', () => {
    expect(trunkChange({ name: 'x', password: '' })).toEqual({ name: 'x' });
    expect(trunkChange({ password: 'new' })).toEqual({ password: 'new' });
  });
});

describe('users of a trunk', () => {
  const numbers = [
    { trunk: 'main', display: '030 1' },
    { trunk: 'other', display: '030 2' },
  ] as PublicNumber[];
  const routes = [{ name: 'outside', trunks: ['other', 'main'] }] as Route[];

  it('are its numbers and routes', () => {
    expect(usersOf({ name: 'main' }, numbers, routes)).toEqual(['030 1', 'outside']);
    expect(usersOf({ name: 'second' }, numbers, routes)).toEqual([]);
  });
});
