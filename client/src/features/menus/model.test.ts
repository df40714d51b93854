import { describe, expect, it } from 'vitest';
import type { Menu } from '~/api';
import { menuBody, menuValues, withKey } from './model';

const MAIN = {
  id: 'm',
  tenant_id: 't',
  version: 'v1',
  created: '2026-11-01T00:00:00Z',
  number: '7000',
  name: 'Main',
  say: '',
  sound: 'welcome',
  keys: { '1': 'group:6000', '#': 'hangup' },
  otherwise: 'extension:1001',
  language: 'de',
  timeout: 5,
  attempts: 3,
  direct_dial: true,
} satisfies Menu;

describe('the form of a menu', () => {
  it('writes what it has read', () => {
    const { id, tenant_id, version, created, ...written } = MAIN;
    expect(menuBody(menuValues(MAIN, ''))).toEqual(written);
  });

  it('has one prompt: a text or a sound', () => {
    const values = { ...menuValues(MAIN, ''), say: ' Welcome. ' };
    expect(menuBody(values)).toMatchObject({ say: '', sound: 'welcome' });
    expect(menuBody({ ...values, prompt: 'say' })).toMatchObject({ say: 'Welcome.', sound: '' });
  });

  it('sends only keys that lead somewhere', () => {
    const keys = withKey(withKey({ '1': 'group:6000' }, '2', 'queue:6500'), '1', '');
    expect(keys).toEqual({ '2': 'queue:6500' });
    expect(menuBody({ ...menuValues(undefined, '7001'), keys: { ...keys, '3': '' } }).keys).toEqual(keys);
  });
});
