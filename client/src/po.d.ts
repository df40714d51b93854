declare module '*.po' {
  import type { Messages } from '@lingui/core';
  export const messages: Messages;
}

declare module 'virtual:mantine.css';

declare module 'virtual:components' {
  const found: { name: string; version: string; license: string; side: 'client' | 'server' }[];
  export default found;
}
