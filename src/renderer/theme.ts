import type { CSSVariablesResolver } from '@mantine/core';
import { createTheme, mergeThemeOverrides } from '@mantine/core';
import type { Language } from './i18n/words.ts';

/** The design tokens drive the component library: Mantine reads our variables, not the other way around. */
const theme = createTheme({
  primaryColor: 'blue',
  fontFamily: 'var(--font-ui)',
  fontFamilyMonospace: 'var(--font-mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '13px', lg: '14px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '20px', xl: '26px' },
  radius: { xs: '3px', sm: '5px', md: '5px', lg: '8px', xl: '8px' },
  defaultRadius: 'sm',
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false, comboboxProps: { shadow: 'md' } } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'sm' } },
  },
});

/** Spanish numbers use a decimal comma; a dot is accepted as well. */
const spanishTheme = mergeThemeOverrides(theme, {
  components: { NumberInput: { defaultProps: { decimalSeparator: ',', allowedDecimalSeparators: [',', '.'] } } },
});

export const themeIn = (language: Language): typeof theme => (language === 'es' ? spanishTheme : theme);

const shared = {
  '--mantine-color-body': 'var(--bg-1)',
  '--mantine-color-text': 'var(--text-1)',
  '--mantine-color-dimmed': 'var(--text-3)',
  '--mantine-color-placeholder': 'var(--text-3)',
  '--mantine-color-default': 'var(--bg-2)',
  '--mantine-color-default-hover': 'var(--bg-3)',
  '--mantine-color-default-color': 'var(--text-1)',
  '--mantine-color-default-border': 'var(--line-2)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-primary-color-filled': 'var(--accent-fill)',
  '--mantine-primary-color-filled-hover': 'var(--accent-fill-hover)',
  '--mantine-primary-color-light': 'var(--accent-weak)',
  '--mantine-primary-color-light-hover': 'var(--accent-weak)',
  '--mantine-primary-color-light-color': 'var(--accent)',
  '--mantine-color-blue-filled': 'var(--accent-fill)',
  '--mantine-color-blue-filled-hover': 'var(--accent-fill-hover)',
  '--mantine-color-disabled': 'var(--bg-2)',
  '--mantine-color-disabled-color': 'var(--text-3)',
  '--mantine-color-disabled-border': 'var(--line)',
};

export const variables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });
