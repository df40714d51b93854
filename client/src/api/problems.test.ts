import { afterEach, expect, it, vi } from 'vitest';
import { asProblem } from '~/core/problem';
import { problemText } from '~/design/problem-messages';
import { api, guestClient } from './index';

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each([
  [200, '{"items": [', 'Something went wrong'],
  [400, '', 'Something went wrong'],
  [403, '<h1>Forbidden</h1>', 'Permission denied'],
  [404, '', 'Not found'],
  [405, '', 'Something went wrong'],
  [413, '', 'The file is too large'],
  [429, 'Slow down.', 'Too many attempts'],
  [500, '<h1>Error</h1>', 'Server error'],
  [502, '<h1>Bad gateway</h1>', 'The server is not responding'],
  [503, '', 'The server is not responding'],
  [504, '', 'The server is not responding'],
])('an answer %s without a problem document has a text of its own', async (status, body, title) => {
  vi.stubGlobal('fetch', async () => new Response(body, { status, headers: { 'content-type': 'application/json' } }));
  const problem = asProblem(await api.listRoles({ baseUrl: location.origin }).catch((fault: unknown) => fault));
  const shown = problemText(problem, ({ message = '' }) => message);
  expect([shown.title, shown.advice === '']).toEqual([title, false]);
});

it.each([
  ['scopes.0', 'scopes.0 must be one of: chat.', 'scopes must be one of: chat.'],
  ['agents.12.extension', 'agents.12.extension is missing.', 'agents.extension is missing.'],
  ['name', 'name must have at most 60 characters.', 'name must have at most 60 characters.'],
  ['code', 'The code *1.0 is taken.', 'The code *1.0 is taken.'],
])(
  'an error of the field %s is shown without positions in lists, and without a hint for programs',
  async (field, detail, shown) => {
    const headers = { 'content-type': 'application/problem+json' };
    const body = { code: 'invalid', field, detail, hint: 'Compare the request with /api/openapi.json.' };
    vi.stubGlobal('fetch', async () => Response.json(body, { status: 422, headers }));
    const problem = asProblem(await api.listRoles({ baseUrl: location.origin }).catch((fault: unknown) => fault));
    expect([problem.field, problem.message, problem.hint]).toEqual([field, shown, '']);
  },
);

it.each(['de', 'en'])('the server is asked for errors in the language %s of the page', async (language) => {
  document.documentElement.lang = language;
  const asked: (string | null)[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(request.headers.get('accept-language'));
    return Response.json({ items: [] });
  });
  await api.listRoles({ baseUrl: location.origin });
  await api.listRoles({ baseUrl: location.origin, client: guestClient('token') });
  expect(asked).toEqual([language, language]);
});
