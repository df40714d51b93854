import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** From deep water to foam: the one colour of the product. Shade 8 on white and shade 3 on black pass 4.5 to 1. */
const harbour: MantineColorsTuple = [
  '#e9f7f8',
  '#d3ecef',
  '#a5d9df',
  '#73c5cf',
  '#4bb2bf',
  '#2f9fad',
  '#1f8593',
  '#166f7c',
  '#0b5563',
  '#053f4a',
];

export const theme = createTheme({
  primaryColor: 'harbour',
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  colors: { harbour },
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
  respectReducedMotion: true,
});
