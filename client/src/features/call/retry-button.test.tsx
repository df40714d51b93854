import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { preferences, setPreferences } from '~/core/preferences';
import { CaptureError } from '~/media/capture';
import { RetryButton } from './RetryButton';

describe('a camera whose background cannot be blurred', () => {
  let place: HTMLElement;
  let root: Root;
  let show: ReturnType<typeof vi.fn<() => void>>;

  const showFault = () => {
    const button = <RetryButton fault={new CaptureError('camera', 'blur')} retry={show} />;
    act(() => root.render(<I18nProvider i18n={i18n}>{button}</I18nProvider>));
  };

  beforeEach(() => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    place = document.createElement('div');
    root = createRoot(place);
    show = vi.fn();
    setPreferences({ backgroundBlur: true });
  });

  afterEach(() => {
    act(() => root.unmount());
    setPreferences({ backgroundBlur: false });
    vi.unstubAllGlobals();
  });

  it('is shown as it is once the blur is switched off while its fault is on the page', () => {
    showFault();
    setPreferences({ backgroundBlur: false });
    expect(show).toHaveBeenCalledTimes(1);
  });

  it('stays off when the blur is switched off while its fault is not on the page', () => {
    showFault();
    act(() => root.render(null));
    setPreferences({ backgroundBlur: false });
    showFault();
    setPreferences({ noiseSuppression: false });
    setPreferences({ backgroundBlur: true });
    expect(show).not.toHaveBeenCalled();
  });

  it.each(['on', 'off already'])('is shown as it is on request, once, if the blur is %s', (blur) => {
    setPreferences({ backgroundBlur: blur === 'on' });
    showFault();
    place.querySelector('button')!.click();
    expect(show).toHaveBeenCalledTimes(1);
    expect(preferences.state.backgroundBlur).toBe(false);
  });
});
