import { ActionIcon } from '@mantine/core';
import { IconDialpad } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { openDial } from '~/features/dial';
import css from './calls.module.css';

/** Opens the dial pad, above the lower end of the list; out of the way while the list is scrolled on. */
export function PadButton() {
  const { t } = useLingui();
  const place = useRef<HTMLDivElement>(null);
  const away = useScrolledOn(place);
  return (
    <div className={css.padPlace} ref={place}>
      <ActionIcon
        className={css.pad}
        size="60px"
        radius={30}
        aria-label={t`Dial pad`}
        data-away={away || undefined}
        onClick={() => openDial()}
      >
        <IconDialpad size={28} aria-hidden />
      </ActionIcon>
    </div>
  );
}

/** Whether the scroller of an element was last scrolled down, and has not reached its end. */
function useScrolledOn(element: RefObject<HTMLElement | null>): boolean {
  const [scrolledOn, setScrolledOn] = useState(false);
  useEffect(() => {
    let before = 0;
    const onScroll = ({ target }: Event) => {
      const scroller = target === document ? document.documentElement : (target as Element);
      if (!scroller.contains(element.current)) return;
      const { scrollTop, clientHeight, scrollHeight } = scroller;
      setScrolledOn(scrollTop > before && scrollTop + clientHeight < scrollHeight - 1);
      before = scrollTop;
    };
    const options = { capture: true, passive: true };
    document.addEventListener('scroll', onScroll, options);
    return () => document.removeEventListener('scroll', onScroll, options);
  }, [element]);
  return scrolledOn;
}
