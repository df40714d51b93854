import { describe, expect, it } from 'vitest';
import { eraseConsequences } from './erase-dialog';

describe('the erase dialog', () => {
  it('says that erasing is permanent', () => {
    expect(eraseConsequences(null).message).toContain('not even from a backup');
    expect(eraseConsequences(undefined)).toEqual(eraseConsequences(null));
  });

  it('says that e-mailed copies are not reached', () => {
    expect(eraseConsequences('2026-11-24T10:00:00Z').message).toContain('delete that e-mail too');
  });
});
