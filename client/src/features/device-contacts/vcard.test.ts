import { describe, expect, it } from 'vitest';
import { MOST_CONTACTS, readCards, writeCards } from './vcard';

const card = (...lines: string[]) => ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD', ''].join('\r\n');

describe('cards of a file', () => {
  it.each([
    [['FN:Wanda Gast', 'TEL;TYPE=CELL:+49 171 1234567'], 'Wanda Gast', ['+49 171 1234567']],
    [
      ['N:Gast;Wanda;;Dr.;', 'item1.TEL;VALUE=uri;TYPE="voice,cell":tel:+491711234567;ext=3'],
      'Dr. Wanda Gast',
      ['+491711234567'],
    ],
    [['FN:Wan', ' da G\\, ast', 'TEL:1', 'TEL:1'], 'Wanda G, ast', ['1']],
    [['FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=BC=', 'rgen', 'TEL;CELL:0171'], 'Jürgen', ['0171']],
    [['ORG:Example\\; Ltd;Sales', 'TEL:030 1'], 'Example; Ltd', ['030 1']],
  ])('%j', (lines, name, numbers) => {
    expect(readCards(card(...lines))).toEqual({ contacts: [{ name, numbers }], faults: [] });
  });

  it('that cannot be used are named by their line', () => {
    const unfinished = 'BEGIN:VCARD\nVERSION:3.0\nFN:A\nTEL:1\n';
    const text = unfinished + card('FN:B') + card('TEL:1') + card('FN:C', 'TEL:2').replace('3.0', '5.0') + unfinished;
    expect(readCards(text)).toEqual({
      contacts: [],
      faults: [
        { line: 1, reason: 'unfinished' },
        { line: 5, reason: 'no_number' },
        { line: 9, reason: 'no_name' },
        { line: 13, reason: 'version' },
        { line: 18, reason: 'unfinished' },
      ],
    });
  });

  it('are written so that they are read as they were', () => {
    const contacts = [{ name: 'Gast; Wanda, Dr. \\ "W"', numbers: ['+491711234567', '0171/1'] }];
    expect(readCards(writeCards(contacts))).toEqual({ contacts, faults: [] });
  });

  it('are limited in number', () => {
    const file = readCards(card('FN:A', 'TEL:1').repeat(MOST_CONTACTS + 1));
    expect(file.contacts).toHaveLength(MOST_CONTACTS);
  });

  it('are read from any text without an error', () => {
    let seed = 7;
    const pieces = [
      'BEGIN:VCARD\n',
      'END:VCARD\n',
      'VERSION:3.0\n',
      'FN:',
      'TEL',
      ';',
      ':',
      '"',
      '\\',
      '=',
      '=4',
      '\r',
      ' ',
      'N:a;b\n',
      'ü',
    ];
    for (let round = 0; round < 2_000; round += 1) {
      let text = '';
      for (let at = 0; at < 20; at += 1) {
        seed = (seed * 48_271) % 2_147_483_647;
        text += pieces[seed % pieces.length];
      }
      const { contacts } = readCards(text);
      expect(contacts.every((each) => each.name && each.numbers.length > 0)).toBe(true);
    }
  });
});
