import type { Language } from '../../../shared/locales/translate.ts';
import { isLanguage } from '../../../shared/locales/translate.ts';

/**
 * The language of the command line: --language, or else the locale of the environment, or else English. It is needed
 * before the options are parsed, because their descriptions are translated as well.
 */
export function languageOf(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Language {
  const option = args.findLast((arg, at) => arg.startsWith('--language=') || args[at - 1] === '--language');
  const chosen = option?.replace('--language=', '');
  if (isLanguage(chosen)) return chosen;
  // As in POSIX, the first of these that is set decides.
  const locale = [env.LC_ALL, env.LC_MESSAGES, env.LANG].find((value) => value !== undefined && value !== '');
  const language = locale?.toLowerCase().split(/[_.@-]/)[0];
  return isLanguage(language) ? language : 'en';
}
