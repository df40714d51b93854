import type { MessageDescriptor } from '@lingui/core';
import { expect, it } from 'vitest';
import { Problem } from '~/core/problem';
import { problemSentences, problemText } from './problem-messages';

const text = (problem: Problem) => problemText(problem, ({ message }) => message ?? '');

it.each([
  [413, 'The file is too large'],
  [429, 'Too many attempts'],
  [400, 'Something went wrong'],
  [502, 'The server is not responding'],
  [504, 'The server is not responding'],
])('the answer %d of a proxy, which has no text in HTTP/2, is explained', (status, title) => {
  const { title: shown, advice } = text(new Problem(`http_${status}`, status, ''));
  expect([shown, advice === '']).toEqual([title, false]);
});

it('a refusal of an unknown kind has the text of the server', () => {
  const refused = new Problem('away', 503, 'The mail server does not answer.', 'Try again.');
  expect(text(refused)).toEqual({ title: 'The mail server does not answer.', advice: 'Try again.' });
});

it('puts title and advice in sentences where there is one place for both', () => {
  const t = (text: MessageDescriptor) => text.message ?? '';
  expect(problemSentences(Problem.unreachable(), t)).toBe(
    'The server is not responding. Check your network connection, then try again.',
  );
  const ofServer = new Problem('invalid', 422, 'A name is missing.', 'Enter one.');
  expect(problemSentences(ofServer, t)).toBe('A name is missing. Enter one.');
});
