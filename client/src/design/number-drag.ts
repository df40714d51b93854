import { useState, type DragEvent } from 'react';

/** Lower case: browsers change the names of types. */
const TYPE = 'application/x-unificx-number';

/** Properties of a row that is dragged with its number. Browsers drag links by themselves; touch screens do not drag. */
export function dragsNumber(number: string | undefined) {
  return (
    number && {
      onDragStart: (event: DragEvent) => {
        event.dataTransfer.setData(TYPE, number);
        event.dataTransfer.effectAllowed = 'copyLink';
      },
    }
  );
}

/** Properties of an element that numbers are dropped on, and whether one is above it. */
export function useNumberDrop(onNumber: (number: string) => void) {
  const [over, setOver] = useState(false);
  const properties = {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes(TYPE)) return;
      event.preventDefault(); // allows dropping
      setOver(true);
    },
    onDragLeave: (event: DragEvent) => {
      // Browsers do not say which element is entered, so that a child may be.
      const { left, right, top, bottom } = event.currentTarget.getBoundingClientRect();
      const { clientX: x, clientY: y } = event;
      if (x <= left || x >= right || y <= top || y >= bottom) setOver(false);
    },
    onDrop: (event: DragEvent) => {
      setOver(false);
      const number = event.dataTransfer.getData(TYPE);
      if (!number) return;
      event.preventDefault();
      onNumber(number);
    },
  };
  return { over, properties };
}
