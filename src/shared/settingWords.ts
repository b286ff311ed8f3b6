import { en } from './locales/en.ts';
import type { Translate } from './locales/translate.ts';

type Tree = { readonly [Key: string]: Tree | string };

/** Teacher, student and quantization share most settings, and their words. */
function entryOf(key: string): string {
  let at: Tree | string | undefined = en.setting;
  for (const part of key.split('.')) at = typeof at === 'object' ? at[part] : undefined;
  return at === undefined ? `network.${key.split('.')[1]}` : key;
}

/** Keys come from the settings schema; a test checks that each of them is in the catalogs. */
const words = (key: string, kind: 'name' | 'meaning', t: Translate): string =>
  t(`setting.${entryOf(key)}.${kind}` as 'setting.seed.name');

export const settingName = (key: string, t: Translate): string => words(key, 'name', t);

/** What a setting means, and its unit. */
export const settingMeaning = (key: string, t: Translate): string => words(key, 'meaning', t);
