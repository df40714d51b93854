import { expect, it } from 'vitest';
import { Problem } from '~/core/problem';
import { problemText } from './problem-messages';

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
