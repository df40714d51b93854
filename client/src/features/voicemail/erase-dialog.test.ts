import { describe, expect, it } from 'vitest';
import { eraseConsequences } from './erase-dialog';

describe('erasing a message', () => {
  it('says that nothing brings it back', () => {
    expect(eraseConsequences(null).message).toContain('no backup either');
    expect(eraseConsequences(undefined)).toEqual(eraseConsequences(null));
  });

  it('says of a copy that was sent by e-mail that it is not reached', () => {
    expect(eraseConsequences('2026-11-24T10:00:00Z').message).toContain('that e-mail has to be deleted too');
  });
});
