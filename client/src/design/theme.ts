import {
  alpha,
  Badge,
  Button,
  createTheme,
  Input,
  rem,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';
import type { MouseEvent } from 'react';
import { brand } from '~/core/brand';

/** Brand color, for actions and selections only. Shade 8 on white and shade 3 on black have a contrast above 4.5:1. */
const HARBOUR: MantineColorsTuple = [
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

/** That of a reseller, whose shades the server has checked, or our own. */
const harbour = brand.shades ? (brand.shades as unknown as MantineColorsTuple) : HARBOUR;

/** Greys with a drop of teal. */
const gray: MantineColorsTuple = [
  '#f5f8f8',
  '#edf2f2',
  '#e3eaeb',
  '#d3dcde',
  '#c2cdd0',
  '#a3b1b4',
  '#66767a',
  '#526164',
  '#3a484b',
  '#1c2628',
];

/** From text (0) over lines (4), fields (6) and cards (7) to the ground (8). */
const dark: MantineColorsTuple = [
  '#dbe6e7',
  '#b6c6c8',
  '#9fb1b4',
  '#71868a',
  '#3a4d51',
  '#2a3a3e',
  '#1e2c30',
  '#162124',
  '#0f1719',
  '#0a1012',
];

/** The one shadow, for whatever lies on the ground or above it. */
const SHADOW = 'var(--shadow)';
/** Sheets from below: on wide windows no wider than their content reads well. */
const SHEET = { maxWidth: `min(100%, ${rem(544)})`, marginInline: 'auto', borderRadius: `${rem(14)} ${rem(14)} 0 0` };

const MOTION = { transitionProps: { duration: 160, timingFunction: 'ease-out' } };

/** Browsers report no change if the same file is chosen again, such as one that was corrected meanwhile. */
const forgetFile = ({ currentTarget }: MouseEvent<HTMLInputElement>) => {
  currentTarget.value = '';
};

export const theme = createTheme({
  respectReducedMotion: true,
  primaryColor: 'harbour',
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  colors: { harbour, gray, dark },
  black: '#1c2628',
  defaultRadius: 'md',
  radius: { xs: rem(4), sm: rem(6), md: rem(10), lg: rem(14), xl: rem(24) },
  shadows: { xs: SHADOW, sm: SHADOW, md: SHADOW, lg: SHADOW, xl: SHADOW },
  fontFamily:
    '"Inter Variable", "Inter fallback", system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontSizes: { xs: rem(12), sm: rem(14), md: rem(16), lg: rem(20), xl: rem(28) },
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: rem(28), lineHeight: '1.25' },
      h2: { fontSize: rem(20), lineHeight: '1.3' },
      h3: { fontSize: rem(16), lineHeight: '1.4' },
      h4: { fontSize: rem(16), lineHeight: '1.4' },
      h5: { fontSize: rem(14), lineHeight: '1.4' },
      h6: { fontSize: rem(12), lineHeight: '1.4' },
    },
  },
  cursorType: 'pointer',
  components: {
    // Mantine uppercases badges by default.
    Badge: Badge.extend({ defaultProps: { tt: 'none' }, classNames: { label: 'badge-label' } }),
    // Touch targets of 44 px: `md` is the size used on phones.
    Button: Button.extend({
      vars: (_theme, { size }) => ({ root: size === 'md' ? { '--button-height': '2.75rem' } : {} }),
    }),
    Input: Input.extend({
      vars: (_theme, { size }) => ({ wrapper: size === 'md' ? { '--input-height': '2.75rem' } : {} }),
    }),
    // Icons do not grow with the text, so their buttons do not either: with large text they leave room for it.
    ActionIcon: {
      vars: (_theme: unknown, { size }: { size?: unknown }) =>
        typeof size === 'number' ? { root: { '--ai-size': `${size}px` } } : {},
    },
    // Named only: their code is loaded with the screens that use them.
    FileButton: { defaultProps: { inputProps: { onClick: forgetFile } } },
    Modal: { defaultProps: MOTION },
    Drawer: {
      defaultProps: MOTION,
      styles: (_theme: unknown, { position }: { position?: string }) =>
        position === 'bottom' ? { content: SHEET } : {},
    },
    Menu: { defaultProps: MOTION },
    Popover: { defaultProps: MOTION },
  },
});

/**
 * Dimmed and error text with a contrast above 4.5:1 on all backgrounds; hairlines instead of lines. Mantine names no size
 * "auto" for drawers, which then take the whole screen.
 */
export const variables: CSSVariablesResolver = ({ colors }) => ({
  variables: { '--drawer-size-auto': 'auto' },
  light: {
    '--mantine-color-dimmed': colors.gray[7],
    '--mantine-color-placeholder': colors.gray[6],
    '--mantine-color-error': colors.red[9],
    '--mantine-color-default-border': colors.gray[2],
  },
  dark: {
    '--mantine-color-dimmed': colors.dark[2],
    '--mantine-color-placeholder': colors.dark[2],
    '--mantine-color-error': colors.red[4],
    '--mantine-color-default-border': 'rgba(255, 255, 255, 0.08)',
    '--mantine-color-harbour-light': alpha(harbour[5], 0.22),
    '--mantine-color-harbour-light-hover': alpha(harbour[5], 0.3),
    '--mantine-color-harbour-light-color': colors.harbour?.[2] ?? '',
  },
});
