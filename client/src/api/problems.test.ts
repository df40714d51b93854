import { expect, it, vi } from 'vitest';
import { asProblem } from '~/core/problem';
import { problemText } from '~/design/problem-messages';
import { api } from './index';

it.each([
  [200, '{"items": [', 'our-mistake'],
  [500, '<h1>Error</h1>', 'our-mistake'],
  [503, '', 'our-mistake'],
  [429, 'Slow down.', 'too-many'],
  [413, '', 'too-large'],
])('an answer %s without a problem document has a text of its own', async (status, body, code) => {
  vi.stubGlobal('fetch', async () => new Response(body, { status, headers: { 'content-type': 'application/json' } }));
  const problem = asProblem(await api.listRoles({ baseUrl: location.origin }).catch((fault: unknown) => fault));
  expect(problem).toMatchObject({ code });
  expect(problemText(problem, ({ message = '' }) => message).title).not.toBe('');
});
