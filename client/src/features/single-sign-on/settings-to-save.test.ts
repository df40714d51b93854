import { expect, it } from 'vitest';
import { settingsToSave, type ProviderValues } from './settings-to-save';

const VALUES: ProviderValues = {
  issuer: ' https://login.example.com ',
  client_id: 'pbx',
  client_secret: '',
  without_secret: false,
  link_by_email: true,
};
const SAVED = { issuer: 'https://login.example.com', client_id: 'pbx', link_by_email: true };

it('keeps the stored secret when none is entered', () => {
  expect(settingsToSave(VALUES)).toStrictEqual(SAVED);
});

it('sends a new secret', () => {
  expect(settingsToSave({ ...VALUES, client_secret: 'new' })).toStrictEqual({ ...SAVED, client_secret: 'new' });
});

it('deletes the stored secret by its box only', () => {
  expect(settingsToSave({ ...VALUES, client_secret: 'new', without_secret: true })).toStrictEqual({
    ...SAVED,
    client_secret: '',
  });
});
