import { useEffect } from 'react';

const BLINK_MS = 1_000;

/** Shows a text in the title of the window in turn with the title of the screen. */
export function useTitleAlert(text: string): void {
  useEffect(() => {
    let title = document.title;
    const timer = setInterval(() => {
      if (document.title !== text) title = document.title;
      document.title = document.title === text ? title : text;
    }, BLINK_MS);
    document.title = text;
    return () => {
      clearInterval(timer);
      document.title = title;
    };
  }, [text]);
}
