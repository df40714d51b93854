import { IconPhone } from '@tabler/icons-react';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LinkRow } from './LinkRow';
import { useNumberDrop } from './number-drag';

const call = vi.fn();
const open = vi.fn();
const dropped = vi.fn();
let place: HTMLElement;

function Target() {
  const { over, properties } = useNumberDrop(dropped);
  return <div id="target" data-over={over} {...properties} />;
}

beforeEach(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  for (const each of [call, open, dropped]) each.mockReset();
  place = document.body.appendChild(document.createElement('div'));
  await act(async () =>
    createRoot(place).render(
      <>
        <ul>
          <LinkRow
            open={(props) => <a href="#detail" onClick={open} {...props} />}
            avatar={null}
            name="Ada"
            second=""
            end={null}
            number="1002"
            swipe={{ right: { label: 'Call', icon: IconPhone, run: call } }}
          />
        </ul>
        <Target />
      </>,
    ),
  );
});

function point(type: string, clientX: number, pointerType = 'touch') {
  const event = new MouseEvent(type, { bubbles: true, clientX, clientY: 300 });
  act(() => void link().dispatchEvent(Object.assign(event, { pointerType, isPrimary: true, pointerId: 1 })));
}

function link() {
  const found = place.querySelector('a')!;
  found.closest('li')!.setPointerCapture = () => undefined;
  return found;
}

function drag(to: number, pointerType?: string) {
  point('pointerdown', 100, pointerType);
  point('pointermove', (100 + to) / 2, pointerType);
  point('pointermove', to, pointerType);
}

describe('a row', () => {
  it('shows and runs the action that it is swiped to, and does not open', () => {
    drag(220);
    expect(place.querySelector('[data-chosen]')?.textContent).toBe('Call');
    point('pointerup', 220);
    act(() => link().click());
    expect(call).toHaveBeenCalledOnce();
    expect(open).not.toHaveBeenCalled();
    expect(place.querySelector('[data-swiping]')).toBeNull();
    act(() => link().click());
    expect(open).toHaveBeenCalledOnce();
  });

  it.each([
    ['by a mouse', () => drag(220, 'mouse')],
    ['not far enough', () => drag(150)],
    ['and the browser scrolls', () => (drag(220), point('pointercancel', 220))],
  ])('runs nothing if it is moved %s', (_, gesture) => {
    gesture();
    point('pointerup', 220);
    expect(call).not.toHaveBeenCalled();
  });

  it('hands its number to what it is dropped on', () => {
    const stored = new Map<string, string>();
    const dataTransfer = {
      setData: (type: string, data: string) => stored.set(type, data),
      getData: (type: string) => stored.get(type) ?? '',
      get types() {
        return [...stored.keys()];
      },
    };
    const target = place.querySelector<HTMLElement>('#target')!;
    const send = (element: HTMLElement, type: string) => {
      const event = Object.assign(new MouseEvent(type, { bubbles: true, cancelable: true }), { dataTransfer });
      act(() => void element.dispatchEvent(event));
      return event.defaultPrevented;
    };
    expect(send(target, 'dragover')).toBe(false); // something else, such as a file
    send(link(), 'dragstart');
    expect(send(target, 'dragover')).toBe(true);
    expect(target.dataset.over).toBe('true');
    send(target, 'drop');
    expect(dropped).toHaveBeenCalledExactlyOnceWith('1002');
    expect(target.dataset.over).toBe('false');
  });
});
