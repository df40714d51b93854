import { describe, expect, it } from 'vitest';
import { notificationFor, clickAction, parsePush, callTag } from './push-message';

describe('a push', () => {
  it('is read, and what is none of ours is not', () => {
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

  it('of a call stays until it is answered, shakes, and names nobody', () => {
    const { title, options } = notificationFor({ type: 'call', call: '7' }, 'de', 2);
    expect(title).toBe('Eingehender Anruf');
    expect(options).toMatchObject({ tag: callTag('7'), requireInteraction: true, renotify: true, data: { call: '7' } });
    expect(options.actions?.map((each) => each.action)).toEqual(['answer', 'decline']);
    expect(options.body).toBeUndefined();
  });

  it('has no buttons where they would be cut off', () => {
    expect(notificationFor({ type: 'call', call: '7' }, 'en', 0).options.actions).toBeUndefined();
    expect(notificationFor({ type: 'call', call: '7' }, 'en', 1).options.actions).toBeUndefined();
  });

  it('of a call that is over takes the place of the ringing, without a sound', () => {
    const { options } = notificationFor({ type: 'stop', call: '7' }, 'en', 2);
    expect(options).toMatchObject({ tag: callTag('7'), silent: true });
  });
});

describe('a press', () => {
  it('answers, whether a page is open or not', () => {
    for (const action of ['answer', '']) {
      expect(clickAction(action, { call: '7' })).toEqual({
        open: '/app/?answer=7',
        notify: { type: 'answer', call: '7' },
      });
    }
  });

  it('declines without opening anything', () => {
    expect(clickAction('decline', { call: '7' })).toEqual({ decline: '7' });
  });

  it('leads to what there is to look at', () => {
    expect(clickAction('', { path: '/app/settings/devices' })).toEqual({ open: '/app/settings/devices' });
    expect(clickAction('', undefined)).toEqual({ open: '/app/' });
  });
});
