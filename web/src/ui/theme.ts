import {
  Button,
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
  Menu,
  Modal,
} from '@mantine/core';

import { passOverDisabled } from './menu_focus';

const indigo: MantineColorsTuple = [
  '#f0f0fe',
  '#e2e2fb',
  '#c8c8f6',
  '#abaaf0',
  '#8e8eeb',
  '#7372e4',
  '#5b5bd6',
  '#4b4bc3',
  '#4040ab',
  '#333389',
];
const teal: MantineColorsTuple = [
  '#e0f5ef',
  '#c8ecdf',
  '#9fdfc9',
  '#70d0b0',
  '#3fbd98',
  '#14a88b',
  '#12967c',
  '#0b7a64',
  '#086351',
  '#054c3e',
];
const coral: MantineColorsTuple = [
  '#fff0ea',
  '#ffe3da',
  '#ffc7b5',
  '#ffa78c',
  '#f98a69',
  '#f4714c',
  '#de5630',
  '#b83a1b',
  '#962d13',
  '#73200c',
];
const dark: MantineColorsTuple = [
  '#ececf4',
  '#c5c6d2',
  '#a3a4b3',
  '#7b7c8d',
  '#454756',
  '#2c2e3b',
  '#20222d',
  '#161720',
  '#101118',
  '#0b0b10',
];

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 6, dark: 6 },
  colors: { indigo, teal, coral, dark },
  fontFamily: "'Inter Variable', Inter, system-ui, sans-serif",
  headings: { fontFamily: "'Inter Variable', Inter, system-ui, sans-serif", fontWeight: '700' },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    // Otherwise a small button had larger letters than a full one.
    Button: Button.extend({
      vars: (_theme, { size }) => ({
        root: size === 'compact-md' ? { '--button-fz': 'var(--mantine-font-size-sm)' } : {},
      }),
    }),
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    MenuDropdown: Menu.Dropdown.extend({ defaultProps: { ref: passOverDisabled } }),
    Modal: Modal.extend({
      defaultProps: { radius: 'lg', padding: 'lg' },
      styles: {
        title: { fontWeight: 700, fontSize: 18 },
        header: { background: 'var(--rp-card)' },
        content: { background: 'var(--rp-card)' },
      },
    }),
  },
});

/** The page's own tones, for style sheets: `var(--rp-card)` and so on. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f4f4f9',
    '--mantine-color-text': '#15151f',
    '--mantine-color-dimmed': '#5b5c6d',
    '--mantine-color-placeholder': '#6b6c7d',
    '--mantine-color-default-border': '#dcdce8',
    '--mantine-color-error': '#b83a1b',
    '--mantine-color-anchor': '#4343b5',
    '--rp-card': '#ffffff',
    '--rp-sunken': '#f6f6fb',
    '--rp-border': '#e4e4ee',
    '--rp-edge': '#85869a',
    '--rp-shadow': '0 1px 2px rgb(20 20 50 / 4%), 0 4px 16px rgb(20 20 50 / 5%)',
    '--rp-accent-soft': '#ebebfb',
    '--rp-accent-text': '#4343b5',
    '--rp-good-soft': '#e0f5ef',
    '--rp-good-text': '#0a6b58',
    '--rp-bad-soft': '#ffe8e1',
    '--rp-bad-text': '#ac3417',
    '--rp-warn-soft': '#fff0cc',
    '--rp-warn-text': '#7a5200',
  },
  dark: {
    '--mantine-color-body': '#0d0e13',
    '--mantine-color-text': '#f1f1f7',
    '--mantine-color-dimmed': '#a9aab9',
    '--mantine-color-placeholder': '#9192a2',
    '--mantine-color-default': '#1d1f29',
    '--mantine-color-default-hover': '#262834',
    '--mantine-color-default-border': '#30323f',
    '--mantine-color-error': '#ff9473',
    '--mantine-color-anchor': '#a9a9f3',
    '--rp-card': '#161720',
    '--rp-sunken': '#1c1d28',
    '--rp-border': '#292b37',
    '--rp-edge': '#6f7183',
    '--rp-shadow': '0 1px 2px rgb(0 0 0 / 40%)',
    '--rp-accent-soft': '#24244a',
    '--rp-accent-text': '#b4b4f6',
    '--rp-good-soft': '#10342b',
    '--rp-good-text': '#63d3b4',
    '--rp-bad-soft': '#43190e',
    '--rp-bad-text': '#ff9d80',
    '--rp-warn-soft': '#3d2f0c',
    '--rp-warn-text': '#ffcf66',
  },
});

export const colorSchemeManager = localStorageColorSchemeManager({ key: 'reprise-color-scheme' });
