import { describe, expect, test } from 'vitest';
import { parseInline, parseMessage, type Piece } from './markdown';

/** The pieces in one line: marks as tags. */
const shown = (pieces: Piece[]): string =>
  pieces
    .map((each) =>
      'text' in each
        ? each.kind === 'text'
          ? each.text
          : `<${each.kind} ${each.text}>`
        : `<${each.kind} ${'pieces' in each ? shown(each.pieces) : each.person}>`,
    )
    .join('');

describe('markdown', () => {
  test.each([
    ['plain', 'plain'],
    ['**@[p-1]**, x@[p-2] @[a b] @[]', '<strong <mention p-1>>, x@[p-2] @[a b] <mention >'],
    ['**bold** and *it* or _it_', '<strong bold> and <emphasis it> or <emphasis it>'],
    ['**bold _both_**', '<strong bold <emphasis both>>'],
    ['~~gone~~ `a * b * c`', '<deleted gone> <code a * b * c>'],
    ['2 * 3 * 4 and snake_case_name', '2 * 3 * 4 and snake_case_name'],
    ['** not bold **', '** not bold **'],
    ['see https://pbx.example/a_b_c?x=1.', 'see <link https://pbx.example/a_b_c?x=1>.'],
    ['(https://pbx.example)', '(<link https://pbx.example>)'],
    ['javascript:alert(1) data:text/html,x', 'javascript:alert(1) data:text/html,x'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['[text](javascript:alert(1))', '[text](javascript:alert(1))'],
  ])('%s', (text, expected) => {
    expect(shown(parseInline(text))).toBe(expected);
  });

  test('blocks', () => {
    const text = 'One\n> quoted\n> more\nTwo\n```\n**code**\n```\nThree\n```\nopen';
    expect(
      parseMessage(text).map((each) => ('text' in each ? `code: ${each.text}` : `${each.kind}: ${shown(each.pieces)}`)),
    ).toEqual(['text: One', 'quote: quoted\nmore', 'text: Two', 'code: **code**', 'text: Three\n```\nopen']);
  });

  test('a message full of marks is parsed at once', () => {
    for (const part of ['**', '*a', '_', '~~', '`', '> ', '```\n', 'http://']) {
      const text = part.repeat(8000 / part.length);
      expect(parseMessage(text).length).toBeGreaterThan(0);
    }
  });
});
