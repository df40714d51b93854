import { describe, expect, it } from 'vitest';
import type { Recording } from '~/api';
import { toEntry } from './model';

const party = (extension_id: string | null, number: string | null, name: string | null) => ({
  channel: 0,
  extension_id,
  number,
  name,
  erased: number === null,
  notice: 'd',
  told: null,
  consented: null,
  key: '',
  hidden: null,
});

const recording = (...parties: Recording['parties']): Recording => ({
  id: 'r',
  call_id: 'c',
  created: '2026-11-24T10:00:00Z',
  seconds: 40,
  mode: 'announce',
  begun: 'automatic',
  ended: 'over',
  parties,
  marks: [
    { kind: 'paused_for_card', at: 12.5, moment: '2026-11-24T10:00:12Z' },
    { kind: 'resumed', at: 12.5, moment: '2026-11-24T10:00:30Z' },
    { kind: 'gap', at: 20, moment: '2026-11-24T10:00:40Z' },
  ],
  own: true,
  listen: true,
  video: false,
});

describe('a recording entry', () => {
  it('names the remote party', () => {
    const entry = toEntry(recording(party('mine', '1001', 'Anna'), party('theirs', '1002', 'Berta')), ['mine']);
    expect(entry.others).toEqual([{ name: 'Berta', number: '1002', erased: false }]);
  });

  it("names both parties of a call between two of the user's numbers", () => {
    const entry = toEntry(recording(party('mine', '1001', 'Anna'), party('also', '1003', 'Anna')), ['mine', 'also']);
    expect(entry.others.map((each) => each.number)).toEqual(['1001', '1003']);
  });

  it('marks erased parties', () => {
    const entry = toEntry(recording(party('mine', '1001', 'Anna'), party(null, null, null)), ['mine']);
    expect(entry.others).toEqual([{ name: '', number: '', erased: true }]);
  });

  it('lists where it was paused, not where it was resumed', () => {
    expect(toEntry(recording(), []).pauses).toEqual([
      { at: 12.5, reason: 'card' },
      { at: 20, reason: 'gap' },
    ]);
  });

  it('says when the last party agreed, or was told', () => {
    const at = (moment: string, key: string) => ({
      ...party('mine', '1001', 'Anna'),
      told: moment,
      consented: moment,
      key,
    });
    const [early, late] = ['2026-11-24T10:00:02Z', '2026-11-24T10:00:06Z'];
    const consent = (one: string, other: string) => toEntry(recording(at(early!, one), at(late!, other)), []).consent;
    expect(consent('1', '1')).toEqual({ how: 'agreed', at: new Date(late!), parties: 2 });
    expect(consent('1', '')).toEqual({ how: 'told', at: new Date(late!), parties: 2 });
    expect(toEntry(recording(party('mine', '1001', 'Anna')), []).consent).toBeUndefined();
  });
});
