import 'i18next';
import type { en } from './en.ts';

/** Makes an unknown key, a missing parameter or an unknown parameter a type error. */
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en };
  }
}
