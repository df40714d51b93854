import { describe, expect, it } from 'vitest';
import type { Group } from '~/api';
import { allMembers, groupBody, groupValues, outsideNumber, stepMembers } from './model';

const SALES = {
  id: 'g',
  tenant_id: 't',
  version: 'v1',
  created: '2026-11-01T00:00:00Z',
  number: '6000',
  name: 'Sales',
  members: ['1001', '1002+1003'],
  strategy: 'in_turn',
  ring_seconds: 15,
  name_prefix: 'Sales: ',
  otherwise: 'mailbox:1001',
} satisfies Group;

describe('the form of a ring group', () => {
  it('has steps of extensions, and writes them as the API does', () => {
    const values = groupValues(SALES, '6001');
    expect(values.members).toEqual([['1001'], ['1002', '1003']]);
    expect(groupBody({ ...values, members: [...values.members, []] })).toEqual({
      number: '6000',
      name: 'Sales',
      members: ['1001', '1002+1003'],
      strategy: 'in_turn',
      ring_seconds: 15,
      name_prefix: 'Sales: ',
      otherwise: 'mailbox:1001',
    });
  });

  it('offers a free number for a new group', () => {
    expect(groupValues(undefined, '6001')).toMatchObject({ number: '6001', members: [], otherwise: 'hangup' });
  });

  it('has numbers outside among the members of a step', () => {
    for (const step of ['1001++491725550001+1002', '+491725550001', '+491725550001++491725550002', '1001+1002']) {
      expect(stepMembers(step).join('+')).toBe(step);
    }
    expect(stepMembers('1001++491725550001+1002')).toEqual(['1001', '+491725550001', '1002']);
    expect(stepMembers('+491725550001++491725550002')).toEqual(['+491725550001', '+491725550002']);
  });

  it('takes a typed number in international format as one outside', () => {
    expect(outsideNumber('+49 (172) 555-0001')).toBe('+491725550001');
    for (const other of ['0172 5550001', '1001', '+49', '+49172555000123456', '+49172abc', '']) {
      expect(outsideNumber(other)).toBeUndefined();
    }
  });

  it('lists each member once', () => {
    expect(allMembers([['1001'], ['1002', '1001']])).toEqual(['1001', '1002']);
  });
});
