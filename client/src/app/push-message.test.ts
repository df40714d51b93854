import { describe, expect, it } from 'vitest';
import { notificationFor, clickAction, parsePush, callTag } from './push-message';

describe('a push message', () => {
  it('is parsed; unknown messages are ignored', () => {
    expect(parsePush('{"type":"call","call":"019b-7"}')).toEqual({ type: 'call', call: '019b-7' });
    expect(parsePush('{"type":"stop","call":"019b-7","more":1}')).toEqual({ type: 'stop', call: '019b-7' });
    expect(parsePush('{"type":"test","id":"9"}')).toEqual({ type: 'test', id: '9' });
    expect(parsePush('{"type":"signed_out"}')).toEqual({ type: 'signed_out' });
    for (const foreign of [
      '',
      'call',
      'null',
      '7',
      '{"type":"call"}',
      '{"type":"call","call":"../x"}',
      '{"type":"x"}',
    ]) {
      expect(parsePush(foreign)).toBeUndefined();
    }
  });

  it('of a call requires interaction, vibrates and contains no name', () => {
    const { title, options } = notificationFor({ type: 'call', call: '7' }, 'de', 2);
    expect(title).toBe('Eingehender Anruf');
    expect(options).toMatchObject({ tag: callTag('7'), requireInteraction: true, renotify: true, data: { call: '7' } });
    expect(options.actions?.map((each) => each.action)).toEqual(['answer', 'decline']);
    expect(options.body).toBeUndefined();
  });

  it('has no actions where the browser would cut them off', () => {
    expect(notificationFor({ type: 'call', call: '7' }, 'en', 0).options.actions).toBeUndefined();
    expect(notificationFor({ type: 'call', call: '7' }, 'en', 1).options.actions).toBeUndefined();
  });

  it('about a message opens its conversation and says nothing of it', () => {
    const message = parsePush('{"type":"message","conversation":"c-1","text":"Secret"}')!;
    const { title, options } = notificationFor(message, 'de', 2);
    expect([title, options.body]).toEqual(['Neue Nachricht', undefined]);
    expect(clickAction('', options.data)).toEqual({
      open: '/app/chat/c-1',
      show: { type: 'open', path: '/app/chat/c-1' },
    });
    expect(parsePush('{"type":"message","conversation":"../x"}')).toBeUndefined();
  });

  it('of an ended call replaces the ringing notification silently', () => {
    const { options } = notificationFor({ type: 'stop', call: '7' }, 'en', 2);
    expect(options).toMatchObject({ tag: callTag('7'), silent: true });
  });
});

describe('a notification click', () => {
  it('answers whether or not a page is open', () => {
    for (const action of ['answer', '']) {
      expect(clickAction(action, { call: '7' })).toEqual({
        open: '/app/?answer=7',
        notify: { type: 'answer', call: '7' },
      });
    }
  });

  it('declines without opening a page', () => {
    expect(clickAction('decline', { call: '7' })).toEqual({ decline: '7' });
  });

  it('opens the linked page', () => {
    const path = '/app/settings/devices';
    expect(clickAction('', { path })).toEqual({ open: path, show: { type: 'open', path } });
    expect(clickAction('', undefined)).toEqual({ open: '/app/' });
  });
});
