import { describe, expect, it } from 'vitest';
import { eraseConsequences } from './erase-dialog';

describe('the erase dialog', () => {
  it('says that erasing is permanent', () => {
    expect(eraseConsequences(null).message).toContain('no backup either');
    expect(eraseConsequences(undefined)).toEqual(eraseConsequences(null));
  });

  it('says that e-mailed copies are not reached', () => {
    expect(eraseConsequences('2026-11-24T10:00:00Z').message).toContain('that e-mail has to be deleted too');
  });
});
