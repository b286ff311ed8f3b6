import { translator } from '../../../shared/locales/translate.ts';
import type { Sayable } from '../../../shared/message.ts';
import { say } from '../../../shared/message.ts';
import { languageOf } from './language.ts';

/** The language of this process. Everything that it prints for people uses it; --json output is always English. */
export const language = languageOf(process.argv.slice(2), process.env);

export const t = translator(language);

/** What a service or a job said, in the language of the command line. */
export const said = (text: Sayable): string => say(t, text);
