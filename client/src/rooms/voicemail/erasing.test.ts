import { describe, expect, it } from 'vitest';
import { whatGoes } from './erasing';

describe('erasing a message', () => {
  it('says that nothing brings it back', () => {
    expect(whatGoes(null).message).toContain('no backup either');
    expect(whatGoes(undefined)).toEqual(whatGoes(null));
  });

  it('says of a copy that was sent by e-mail that it is not reached', () => {
    expect(whatGoes('2026-11-24T10:00:00Z').message).toContain('that e-mail has to be deleted too');
  });
});
