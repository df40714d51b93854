import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { OutgoingFile } from '../outbox';
import { uploadFile } from './tus';

// The build for browsers.
vi.mock('tus-js-client', () => vi.importActual('tus-js-client/dist/tus.js'));

const FILE: OutgoingFile = { id: 'a', name: 'a.pdf', size: 3, type: 'application/pdf' };
const ADDRESS = '/api/v1/attachments/begun';
const TWO_MINUTES = 120_000;

/** A request that the test answers. */
class FakeRequest {
  readonly upload: { onprogress?: (event: object) => void } = {};
  onload?: () => void;
  method = '';
  status = 0;
  responseText = '';
  aborted = false;
  #headers: Record<string, string> = {};

  open(method: string): void {
    this.method = method;
  }
  setRequestHeader(): void {}
  send(): void {
    requests.push(this);
    sent?.(this);
  }
  abort(): void {
    this.aborted = true;
  }
  getResponseHeader(name: string): string | null {
    return this.#headers[name.toLowerCase()] ?? null;
  }

  progresses(loaded: number): void {
    this.upload.onprogress?.({ lengthComputable: true, loaded });
  }
  isAnswered(status: number, headers: Record<string, string>): void {
    this.status = status;
    this.#headers = headers;
    this.onload?.();
  }
}

let requests: FakeRequest[];
let sent: ((request: FakeRequest) => void) | undefined;

const nextRequest = () => new Promise<FakeRequest>((resolve) => (sent = resolve));

beforeEach(() => {
  requests = [];
  vi.stubGlobal('XMLHttpRequest', FakeRequest);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The request with the bytes of a file whose upload has an address. */
async function begin(address: (url: string) => void): Promise<[Promise<string>, FakeRequest]> {
  const created = nextRequest();
  const { signal } = new AbortController();
  const uploaded = uploadFile(new Blob(['pdf']), FILE, { signal, address, progress: () => undefined });
  const creation = await created;
  const part = nextRequest();
  vi.advanceTimersByTime(TWO_MINUTES - 1);
  creation.isAnswered(201, { location: ADDRESS });
  return [uploaded, await part];
}

it('an upload of which nothing arrives for two minutes is given up, and continues at its address', async () => {
  const address = vi.fn();
  const [uploaded, part] = await begin(address);
  const outcome = uploaded.catch((fault: unknown) => fault);
  vi.advanceTimersByTime(TWO_MINUTES - 1);
  part.progresses(1);
  vi.advanceTimersByTime(TWO_MINUTES - 1);
  expect(part.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(part.aborted).toBe(true);
  expect(await outcome).toMatchObject({ code: 'unreachable' });
  expect(address.mock.calls).toEqual([[expect.stringContaining(ADDRESS)]]);
  expect(requests.map(({ method }) => method)).toEqual(['POST', 'PATCH']); // not deleted
});

it('an upload that has ended is no longer watched', async () => {
  const [uploaded, part] = await begin(() => undefined);
  part.isAnswered(204, { 'upload-offset': '3' });
  expect(await uploaded).toBe('begun');
  expect(vi.getTimerCount()).toBe(0);
});
