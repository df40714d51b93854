import { Badge, Button, createTheme, Input, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** Brand color. Shade 8 on white and shade 3 on black have a contrast above 4.5:1. */
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
    // Mantine uppercases badges by default.
    Badge: Badge.extend({ defaultProps: { tt: 'none' } }),
    // Touch targets of 44 px: `md` is the size used on phones.
    Button: Button.extend({
      vars: (_theme, { size }) => ({ root: size === 'md' ? { '--button-height': '2.75rem' } : {} }),
    }),
    Input: Input.extend({
      vars: (_theme, { size }) => ({ wrapper: size === 'md' ? { '--input-height': '2.75rem' } : {} }),
    }),
  },
});

/** Dimmed and error text with a contrast above 4.5:1 on all backgrounds. */
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
