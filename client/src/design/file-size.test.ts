import { i18n } from '@lingui/core';
import { expect, it } from 'vitest';
import { fileSize } from './file-size';

it('gives sizes in the unit that suits', () => {
  i18n.activate('en');
  expect([0, 999, 1000, 45_000, 1_240_000, 3e12].map(fileSize)).toEqual([
    '0 byte',
    '999 byte',
    '1 kB',
    '45 kB',
    '1.2 MB',
    '3,000 GB',
  ]);
});
