/** Messages from the service worker to its pages. */
export type WorkerMessage =
  | { type: 'call' | 'stop' | 'answer' | 'decline'; call: string }
  | { type: 'push_seen'; id: string }
  | { type: 'open'; path: string }
  | { type: 'signed_out' };

/** Subscribe to service worker messages. Returns the unsubscribe function. */
export function onWorkerMessage(handler: (message: WorkerMessage) => void): () => void {
  const worker = (navigator as Partial<Navigator>).serviceWorker;
  if (!worker) return () => undefined;
  const listener = ({ data }: MessageEvent<unknown>) => {
    if (typeof (data as { type?: unknown } | null)?.type === 'string') handler(data as WorkerMessage);
  };
  worker.addEventListener('message', listener);
  worker.startMessages();
  return () => worker.removeEventListener('message', listener);
}

/** Close the notifications shown by the service worker. */
export async function clearNotifications(tag?: string): Promise<void> {
  const worker = (navigator as Partial<Navigator>).serviceWorker;
  const registration = await worker?.getRegistration('/app/');
  const shown = (await registration?.getNotifications(tag ? { tag } : {})) ?? [];
  shown.forEach((each) => each.close());
}
