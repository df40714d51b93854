/** What the client's worker tells its pages. */
export type WorkerMessage =
  | { type: 'call' | 'stop' | 'answer' | 'decline'; call: string }
  | { type: 'push_seen'; id: string }
  | { type: 'signed_out' };

/** Hear what the worker tells; returns how to hear no more. */
export function onWorkerMessage(handler: (told: WorkerMessage) => void): () => void {
  const worker = (navigator as Partial<Navigator>).serviceWorker;
  if (!worker) return () => undefined;
  const listener = ({ data }: MessageEvent<unknown>) => {
    if (typeof (data as { type?: unknown } | null)?.type === 'string') handler(data as WorkerMessage);
  };
  worker.addEventListener('message', listener);
  worker.startMessages();
  return () => worker.removeEventListener('message', listener);
}

/** Take down what the worker has shown of calls, tests and notices. */
export async function clearNotifications(tag?: string): Promise<void> {
  const worker = (navigator as Partial<Navigator>).serviceWorker;
  const registration = await worker?.getRegistration('/app/');
  const shown = (await registration?.getNotifications(tag ? { tag } : {})) ?? [];
  shown.forEach((each) => each.close());
}
