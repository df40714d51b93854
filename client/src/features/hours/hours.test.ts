import { describe, expect, it } from 'vitest';
import { asName, hoursBody, hoursValues, withHoliday } from './model';
import { daysText, formatWeekly, isValidRow, OFFICE, parseWeekly } from './weekly';

describe('weekly hours', () => {
  it.each([
    [['mon-fri 09:00-12:00,13:00-17:00', 'sat 10:00-14:00']],
    [['mon,wed 08:00-20:00']],
    [['fri 22:00-02:00']],
    [['mon-sun 00:00-24:00']],
  ])('%j are rows, and texts again', (texts) => {
    expect(formatWeekly(parseWeekly(texts))).toEqual(texts);
  });

  it('have one row for each time', () => {
    expect(parseWeekly(['mon-fri 9:00-12:00,13:00-24:00'])).toEqual([
      { days: 'mon-fri', from: '09:00', to: '12:00' },
      { days: 'mon-fri', from: '13:00', to: '00:00' },
    ]);
  });

  it('need two times that differ', () => {
    expect(isValidRow(OFFICE)).toBe(true);
    expect(isValidRow({ ...OFFICE, to: '09:00' })).toBe(false);
    expect(isValidRow({ ...OFFICE, to: '' })).toBe(false);
    expect(isValidRow({ days: 'sat', from: '00:00', to: '00:00' })).toBe(true);
  });

  it('have days with names', () => {
    const name = (day: number) => `D${day}`;
    expect(daysText('mon-fri', name)).toBe('D0–D4');
    expect(daysText('mon,wed', name)).toBe('D0, D2');
  });
});

describe('the form of opening hours', () => {
  it('begins with the hours of an office', () => {
    expect(hoursBody({ ...hoursValues(), name: 'office', then: 'group:6000' })).toEqual({
      name: 'office',
      open: ['mon-fri 09:00-17:00'],
      holidays: [],
      code: '',
      then: 'group:6000',
      otherwise: 'hangup',
    });
  });

  it('saves a holiday that is typed and not added', () => {
    const values = { ...hoursValues(), holidays: ['2026-12-25'], holiday: '2026-12-24' };
    expect(hoursBody(values).holidays).toEqual(['2026-12-24', '2026-12-25']);
  });

  it('keeps holidays in order, each once', () => {
    expect(withHoliday(['2026-12-25', '2026-12-24'], '2026-12-25', '2026-01-01')).toEqual([
      '2026-01-01',
      '2026-12-24',
      '2026-12-25',
    ]);
  });

  it('makes a name of what is typed', () => {
    expect(asName('Büro Köln 2')).toBe('buero-koeln-2');
    expect(asName('24h')).toBe('h');
  });
});
