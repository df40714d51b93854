import type { DetailedError, Upload as TusUpload } from 'tus-js-client';
import { api } from '~/api';
import { asProblem, Problem } from '~/core/problem';
import type { OutgoingFile } from '../outbox';
import type { Transfer } from './uploader';

const ENDPOINT = '/api/v1/attachments';
/** Bytes of a request: what is lost at most with a proxy that stores requests first. */
const PART = 4 << 20;
const RETRY_DELAYS = [0, 1000, 3000];
/** After so long without progress and without a response the connection is taken for lost, milliseconds. */
const STALL_MS = 120_000;
/** No space: trying again changes nothing. */
const FULL = 507;

/** Upload a file, or continue an upload. Resolves with the id of the attachment. */
export async function uploadFile(blob: Blob, file: OutgoingFile, transfer: Transfer): Promise<string> {
  try {
    return await attempt(blob, file, transfer);
  } catch (fault) {
    if (asProblem(fault).status !== 401) throw fault;
    await api.showAttachmentLimits(); // renews the session, or ends it
    return attempt(blob, file, transfer);
  }
}

async function attempt(blob: Blob, file: OutgoingFile, { signal, address, progress }: Transfer): Promise<string> {
  const { Upload } = await import('tus-js-client');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const uploaded = new Promise<string>((resolve, reject) => {
    const goesOn = () => {
      clearTimeout(timer);
      if (signal.aborted) return;
      timer = setTimeout(() => {
        void upload.abort(); // what has arrived stays: it continues there
        reject(Problem.unreachable());
      }, STALL_MS);
    };
    const upload: TusUpload = new Upload(blob, {
      endpoint: ENDPOINT,
      uploadUrl: file.address ?? null,
      chunkSize: PART,
      retryDelays: RETRY_DELAYS,
      storeFingerprintForResuming: false,
      metadata: metadataOf(file),
      onShouldRetry: (fault) => {
        const status = statusOf(fault as DetailedError);
        return status === 409 || status === 423 || (status >= 500 && status !== FULL) || (!status && navigator.onLine);
      },
      onUploadUrlAvailable: () => address(upload.url ?? ''),
      onAfterResponse: goesOn,
      onProgress: (sent, total) => {
        goesOn();
        progress(sent / Math.max(total, 1));
      },
      onSuccess: () => resolve((upload.url ?? '').split('/').pop() ?? ''),
      onError: (fault) => reject(problemOf(fault as DetailedError)),
    });
    signal.addEventListener('abort', () => {
      // Deletes what has arrived; without a connection the server does it after a day.
      void upload.abort(true).catch(() => undefined);
      reject(new DOMException('cancelled', 'AbortError'));
    });
    goesOn();
    upload.start();
  });
  return uploaded.finally(() => clearTimeout(timer));
}

function metadataOf({ name, voice, key }: OutgoingFile): Record<string, string> {
  if (key) return { kind: 'encrypted' };
  if (!voice) return { filename: name };
  const { seconds, peaks } = voice;
  return { filename: name, kind: 'voice', seconds: String(seconds), peaks: peaks.join(',') };
}

const statusOf = (fault: Partial<DetailedError>) => fault.originalResponse?.getStatus() ?? 0;

function problemOf(fault: Partial<DetailedError>): Problem {
  const status = statusOf(fault);
  if (!status) return Problem.unreachable();
  const retryAfter = Number(fault.originalResponse?.getHeader('retry-after') ?? 0);
  try {
    const { code, detail, hint, field } = JSON.parse(fault.originalResponse?.getBody() ?? '') as Record<string, string>;
    return new Problem(code ?? `http_${status}`, status, detail ?? '', hint, field, retryAfter);
  } catch {
    return new Problem(`http_${status}`, status, '', '', '', retryAfter);
  }
}
