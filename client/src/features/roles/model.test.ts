import { describe, expect, it } from 'vitest';
import { switched } from './model';

const ALL = [
  { name: 'people_read', needs: null },
  { name: 'phones_change', needs: 'people_read' },
  { name: 'sign_in_help', needs: 'people_read' },
  { name: 'billing_read', needs: null },
];

describe('switching a permission', () => {
  it('on brings what it is useful with', () => {
    expect(switched(['billing_read'], 'phones_change', true, ALL)).toEqual([
      'people_read',
      'phones_change',
      'billing_read',
    ]);
  });

  it('off takes those of no use without it', () => {
    expect(switched(['people_read', 'phones_change', 'billing_read'], 'people_read', false, ALL)).toEqual([
      'billing_read',
    ]);
    expect(switched(['people_read', 'phones_change'], 'phones_change', false, ALL)).toEqual(['people_read']);
  });
});
