import { Fragment, useState, type ReactNode } from 'react';
import { Drawer } from '~/design/Drawer';

interface EditorOptions<T> {
  title: (item?: T) => string;
  /** The form; `item` is undefined for a new one. */
  form: (item: T | undefined, close: () => void) => ReactNode;
}

/** A drawer with the form of an item: `open` shows it, `drawer` is part of the page. */
export function useEditor<T>({ title, form }: EditorOptions<T>) {
  const [edited, setEdited] = useState<{ item?: T; count: number }>({ count: 0 });
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  const open = (item?: T) => {
    setEdited(({ count }) => ({ item, count: count + 1 }));
    setOpened(true);
  };
  const drawer = (
    <Drawer opened={opened} onClose={close} title={<bdi>{title(edited.item)}</bdi>}>
      <Fragment key={edited.count}>{form(edited.item, close)}</Fragment>
    </Drawer>
  );
  return { open, drawer };
}
