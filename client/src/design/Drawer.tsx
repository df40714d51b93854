import { Drawer as MantineDrawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef, type ReactNode } from 'react';
import { ChoiceFaults } from './ChoiceFaults';
import { focusInPlaceOf } from './focus';
import { useFormLayer } from './unsaved-input';
import css from './drawer.module.css';

const FIRST_FIELD = 'form :is(input:not([type=hidden], [type=file]), textarea, select):not(:disabled)';

interface DrawerProps {
  opened: boolean;
  onClose: () => void;
  title: ReactNode;
  /** Buttons, always in sight below the content. */
  footer?: ReactNode;
  children: ReactNode;
}

/**
 * A panel at the right, a full page on the phone. Escape, Back, a click outside and the cross close it, after a question
 * if input would be lost; focus returns.
 */
export function Drawer({ opened, onClose, title, footer, children }: DrawerProps) {
  const { t } = useLingui();
  const phone = useMediaQuery('(max-width: 47.99em)');
  const { close, watch } = useFormLayer(opened, onClose);
  const opener = useRef<Element>(null);
  const drawer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (opened) opener.current = document.activeElement;
  }, [opened]);
  const replaceOpener = () => {
    const { activeElement, body } = document;
    // In the drawer it is lost with its content. Elsewhere it was moved meanwhile.
    const lost = activeElement === null || activeElement === body || drawer.current?.contains(activeElement);
    const gone = opener.current instanceof HTMLElement && !opener.current.isConnected ? opener.current : undefined;
    if (lost && gone) focusInPlaceOf(gone);
  };
  return (
    <MantineDrawer
      ref={drawer}
      opened={opened}
      onClose={close}
      title={title}
      onExitTransitionEnd={replaceOpener}
      position="right"
      size={phone ? '100%' : '30rem'}
      classNames={{ title: css.title, content: css.content, body: css.body }}
      closeButtonProps={{ 'aria-label': t`Close`, size: 44 }}
    >
      <div
        className={css.main}
        ref={(content) => {
          chooseFirstField(content);
          return watch(content);
        }}
      >
        <ChoiceFaults />
        {children}
      </div>
      {footer && <div className={css.footer}>{footer}</div>}
    </MantineDrawer>
  );
}

/** A form begins in its first field, unless it names another; the focus would be on the cross. */
function chooseFirstField(content: HTMLElement | null): void {
  if (!content || content.querySelector('[data-autofocus]')) return;
  content.querySelector(FIRST_FIELD)?.setAttribute('data-autofocus', '');
}

/** Buttons at the lower edge of a drawer, as the last part of a form that fills it. */
export function DrawerFooter({ children }: { children: ReactNode }) {
  return <div className={`${css.footer} ${css.inside}`}>{children}</div>;
}
