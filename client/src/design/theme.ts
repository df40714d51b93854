import { Badge, Button, createTheme, Input, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

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
  components: {
    // Words are written as everywhere else.
    Badge: Badge.extend({ defaultProps: { tt: 'none' } }),
    // A thumb needs 44 px: `md` is what is pressed and filled in on a phone.
    Button: Button.extend({
      vars: (_theme, { size }) => ({ root: size === 'md' ? { '--button-height': '2.75rem' } : {} }),
    }),
    Input: Input.extend({
      vars: (_theme, { size }) => ({ wrapper: size === 'md' ? { '--input-height': '2.75rem' } : {} }),
    }),
  },
});

/** Quiet text and faults, dark or light enough to pass 4.5 to 1 on every ground they stand on. */
export const variables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': colors.gray[7],
    '--mantine-color-placeholder': colors.gray[6],
    '--mantine-color-error': colors.red[9],
  },
  dark: {
    '--mantine-color-dimmed': colors.dark[1],
    '--mantine-color-placeholder': colors.dark[2],
    '--mantine-color-error': colors.red[4],
    '--mantine-color-harbour-light': 'rgba(47, 159, 173, 0.22)',
    '--mantine-color-harbour-light-hover': 'rgba(47, 159, 173, 0.3)',
    '--mantine-color-harbour-light-color': colors.harbour?.[2] ?? '',
  },
});
