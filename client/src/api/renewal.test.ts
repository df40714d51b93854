import { beforeEach, expect, it, vi } from 'vitest';
import { api, onSessionEnded } from '~/api';
import { disown } from '~/core/device-storage';
import { asProblem } from '~/core/problem';
import { eventually } from '../../test/eventually';

const ASKED = '/api/v1/me';
const RENEWED = '/api/v1/sessions/refresh';
const requests: string[] = [];
/** Statuses of the answers to requests in order; undefined: there is no answer. */
let answers: (number | undefined)[] = [];
const ended = vi.fn();
/** Done while a request is on its way. */
let meanwhile: () => unknown = () => undefined;

beforeEach(() => {
  requests.length = 0;
  ended.mockReset();
  meanwhile = () => undefined;
  onSessionEnded(ended);
  vi.useFakeTimers();
  vi.stubGlobal('fetch', (asked: Request | string, init: RequestInit = {}) => {
    const { url, signal } = asked instanceof Request ? asked : { url: asked, signal: init.signal! };
    requests.push(new URL(url, 'http://pbx.example').pathname);
    meanwhile();
    const status = answers.shift();
    if (status) return Promise.resolve(Response.json({}, { status }));
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  });
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

const ask = () => api.whoAmI({ baseUrl: 'http://pbx.example' }).catch(asProblem);

it('a renewal by another tab right after the one here ends no session', async () => {
  answers = [401, 200, 401, 200, 200];
  await ask();
  expect([requests, ended.mock.calls.length]).toEqual([[ASKED, RENEWED, ASKED, RENEWED, ASKED], 0]);
});

it('a renewal that the server refuses ends the session', async () => {
  answers = [401, 401];
  await ask();
  expect([requests, ended.mock.calls.length]).toEqual([[ASKED, RENEWED], 1]);
});

it('a refusal that arrives after a sign-out does not concern the next user', async () => {
  answers = [401];
  meanwhile = disown;
  await ask();
  expect([requests, ended.mock.calls.length]).toEqual([[ASKED], 0]);
});

it('a request of a user who leaves during the renewal is not repeated with the session of the next one', async () => {
  answers = [401, 200];
  meanwhile = () => requests.length === 2 && disown();
  await ask();
  expect(requests).toEqual([ASKED, RENEWED]);
});

it('renewals that change nothing are not repeated forever', async () => {
  answers = [401, 200, 401, 200, 401, 200, 401];
  expect(await ask()).toMatchObject({ status: 401 });
  expect(answers).toEqual([]);
});

it('a renewal without an answer is given up, and does not end the session', async () => {
  answers = [401, undefined];
  const fault = ask();
  await eventually(() => expect(requests).toEqual([ASKED, RENEWED]));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await fault).toMatchObject({ code: 'unreachable' });
  expect(ended).not.toHaveBeenCalled();
});
