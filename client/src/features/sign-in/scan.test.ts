import { describe, expect, it, vi } from 'vitest';
import { ScanModel, understandLink, type QrScanner } from './scan';

const CODE = 'https://pbx.example.com/app/#sign-in=AbCdEfGh12345678';
const video = {} as HTMLVideoElement;

function setup(parts: Partial<QrScanner> = {}) {
  const track = { stop: vi.fn() };
  const stream = { getTracks: () => [track] } as unknown as MediaStream;
  const found = vi.fn();
  const detector: QrScanner = {
    isGranted: async () => false,
    open: vi.fn(async () => stream),
    reader: async () => async () => [CODE],
    ...parts,
  };
  const model = new ScanModel(detector, (text) => understandLink(text, 'https://pbx.example.com'), found);
  return { model, detector, track, found, now: () => model.state.state };
}

describe('scanning', () => {
  it('opens the camera only after confirmation', async () => {
    const { model, detector, now } = setup();
    await model.start();
    expect(detector.open).not.toHaveBeenCalled();
    expect(now().phase).toBe('asking');
    await model.open();
    expect(now().phase).toBe('looking');
  });

  it('starts by itself where the camera was allowed before', async () => {
    const { model, now } = setup({ isGranted: async () => true });
    await model.start();
    expect(now().phase).toBe('looking');
  });

  it('follows one of our codes and turns the camera off', async () => {
    const { model, track, found, now } = setup();
    await model.open();
    await model.scan(video);
    expect(found).toHaveBeenCalledExactlyOnceWith({ purpose: 'sign-in', code: 'AbCdEfGh12345678' });
    expect(track.stop).toHaveBeenCalledOnce();
    expect(now().stream).toBeUndefined();
  });

  it('names the host of a foreign code, does not follow it, and keeps scanning', async () => {
    const pictures = [['https://evil.example/app/#sign-in=AbCdEfGh12345678'], [], [CODE]];
    const { model, found, now } = setup({ reader: async () => async () => pictures.shift() ?? [] });
    const seen: unknown[] = [];
    model.state.subscribe(() => seen.push(now().seen));
    await model.open();
    await model.scan(video);
    expect(seen).toContainEqual({ kind: 'foreign', host: 'evil.example' });
    expect(found).toHaveBeenCalledOnce();
  });

  it.each([
    ['NotAllowedError', 'refused'],
    ['NotFoundError', 'missing'],
    ['NotReadableError', 'broken'],
  ])('after %s it is %s, and a typed link still works', async (name, phase) => {
    const { model, found, now } = setup({ open: () => Promise.reject(new DOMException('', name)) });
    await model.open();
    expect(now().phase).toBe(phase);
    expect(model.submit('nonsense')).toBe(false);
    expect(now().seen).toEqual({ kind: 'nothing' });
    expect(model.submit(CODE)).toBe(true);
    expect(found).toHaveBeenCalledOnce();
  });

  it('turns off a camera that opens after the screen was left', async () => {
    let arrive: (stream: MediaStream) => void = () => undefined;
    const { model, track } = setup({ open: () => new Promise((resolve) => (arrive = resolve)) });
    const opening = model.open();
    model.close();
    arrive({ getTracks: () => [track] } as unknown as MediaStream);
    await opening;
    expect(track.stop).toHaveBeenCalledOnce();
  });

  it('reports when the reader cannot be loaded', async () => {
    const { model, track, now } = setup({ reader: () => Promise.reject(new Error('no wasm')) });
    await model.open();
    await model.scan(video);
    expect(now().phase).toBe('broken');
    expect(track.stop).toHaveBeenCalledOnce();
  });
});
