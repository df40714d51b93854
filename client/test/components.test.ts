import components from 'virtual:components';
import { expect, it } from 'vitest';
import { licenseOf } from '../components';

it('lists the components of both sides with version and license', () => {
  const named = (side: string, name: string) => components.find((each) => each.side === side && each.name === name);
  expect(named('client', 'jssip')).toMatchObject({ version: '3.13.8', license: 'MIT' });
  expect(named('server', 'segno')?.version).toMatch(/^\d/);
  expect(named('client', 'vitest')).toBeUndefined();
  for (const name of ['jest-validate', 'jiti', '@types/node']) expect(named('client', name)).toBeUndefined();
  expect(named('client', 'react-dom')).toBeDefined();
  expect(named('client', 'scheduler')).toBeDefined();
});

it.each([
  ['Name: a\nLicense-Expression: MIT\nLicense: something else', 'MIT'],
  ['Name: b\nLicense: BSD-3-Clause', 'BSD-3-Clause'],
  ['Name: c\nClassifier: License :: OSI Approved :: Apache Software License', 'Apache Software License'],
  ['Name: d', ''],
])('%j has license %s', (metadata, license) => {
  expect(licenseOf(metadata)).toBe(license);
});
