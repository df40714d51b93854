import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { setPreferences } from '~/core/preferences';
import {
  requestSensorPermission,
  nearEar,
  deviceLayout,
  restoreSensorPermission,
  sensing,
  startSensors,
  stopSensors,
} from './sensors';

const KINDS = ['devicemotion', 'deviceorientation'];
let added: MockInstance<typeof window.addEventListener>;
let removed: MockInstance<typeof window.removeEventListener>;
const count = (spy: { mock: { calls: unknown[][] } }) =>
  spy.mock.calls.filter(([kind]) => KINDS.includes(String(kind))).length;
const open = () => count(added) - count(removed);

let now = 0;
function hold(beta: number, gamma: number, turning = 0, times = 1) {
  for (let each = 0; each < times; each += 1) {
    now += 100;
    const event = Object.assign(new Event('deviceorientation'), { beta, gamma });
    Object.defineProperty(event, 'timeStamp', { value: now });
    const rotationRate = { alpha: turning, beta: 0, gamma: 0 };
    window.dispatchEvent(Object.assign(new Event('devicemotion'), { rotationRate }));
    window.dispatchEvent(event);
  }
}
function raise() {
  hold(42, -3, 5, 5);
  hold(60, -50, 200, 3);
  hold(58, -72, 5, 8);
}

describe('sensors', () => {
  beforeEach(() => {
    added = vi.spyOn(window, 'addEventListener');
    removed = vi.spyOn(window, 'removeEventListener');
  });
  afterEach(() => {
    for (let each = 0; each < 3; each += 1) stopSensors();
    setPreferences({ sensors: true });
  });

  it('are read only while in use', () => {
    expect(open()).toBe(0);
    startSensors();
    startSensors();
    expect(open()).toBe(2);
    stopSensors();
    expect(open()).toBe(2);
    stopSensors();
    expect(open()).toBe(0);
    expect(sensing.state).toBe('off');
    raise();
    expect(nearEar.state).toBe(false);
  });

  it('report proximity and reset it when stopped', () => {
    startSensors();
    expect(sensing.state).toBe('none');
    raise();
    expect(sensing.state).toBe('motion');
    expect(nearEar.state).toBe(true);
    stopSensors();
    expect(nearEar.state).toBe(false);
  });

  it('report the layout', () => {
    startSensors();
    hold(5, -85);
    expect(deviceLayout.state).toBe('landscape');
    hold(85, 2);
    expect(deviceLayout.state).toBe('portrait');
  });

  it('follow the preference, also during a call', async () => {
    setPreferences({ sensors: false });
    startSensors();
    expect(open()).toBe(0);
    expect(await requestSensorPermission()).toBe(false);
    setPreferences({ sensors: true });
    expect(open()).toBe(2);
    raise();
    expect(nearEar.state).toBe(true);
    setPreferences({ sensors: false });
    expect(open()).toBe(0);
    expect(nearEar.state).toBe(false);
  });

  it('prompt where the system requires it and accept a refusal', async () => {
    const requestPermission = vi.fn(() => Promise.resolve('granted' as PermissionState));
    vi.stubGlobal('DeviceMotionEvent', { requestPermission });
    restoreSensorPermission();
    expect(requestPermission).not.toHaveBeenCalled();
    expect(await requestSensorPermission()).toBe(true);
    requestPermission.mockClear();
    restoreSensorPermission();
    expect(requestPermission).toHaveBeenCalledOnce();
    requestPermission.mockResolvedValue('denied');
    expect(await requestSensorPermission()).toBe(false);
    requestPermission.mockRejectedValue(new DOMException('no gesture', 'NotAllowedError'));
    expect(await requestSensorPermission()).toBe(false);
    vi.unstubAllGlobals();
  });

  it('prefer a proximity sensor over the estimate', () => {
    const made: EventTarget[] = [];
    const Reader = class extends EventTarget {
      near = false;
      start() {
        made.push(this);
      }
      stop() {
        made.pop();
      }
    };
    vi.stubGlobal('ProximitySensor', Reader);
    startSensors();
    expect(sensing.state).toBe('proximity');
    raise();
    expect(nearEar.state).toBe(false);
    Object.assign(made[0]!, { near: true }).dispatchEvent(new Event('reading'));
    expect(nearEar.state).toBe(true);
    stopSensors();
    expect(made).toHaveLength(0);
    vi.unstubAllGlobals();
  });
});
