import { createRoot } from 'react-dom/client';
import { expect, it, vi } from 'vitest';
import { loggedErrors } from '~/core/error-log';
import { ErrorBoundary } from './ErrorBoundary';
import { eventually } from '../../test/eventually';

function Fragile({ whole }: { whole: boolean }) {
  if (!whole) throw new Error('it broke');
  return <>whole</>;
}

it('renders the fallback until it is reset and leaves its surroundings intact', async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  vi.spyOn(console, 'warn').mockReturnValue();
  const place = document.createElement('div');
  const root = createRoot(place);
  const failed = vi.fn();
  const draw = (whole: boolean, again: string) =>
    root.render(
      <>
        around:{' '}
        <ErrorBoundary resetKey={again} onError={failed} fallback="otherwise">
          <Fragile whole={whole} />
        </ErrorBoundary>
      </>,
    );
  draw(false, 'first');
  await eventually(() => expect(place.textContent).toBe('around: otherwise'));
  expect(failed).toHaveBeenCalledOnce();
  expect(loggedErrors().at(-1)?.message).toBe('Error: it broke');
  draw(true, 'second');
  await eventually(() => expect(place.textContent).toBe('around: whole'));
  root.unmount();
});
