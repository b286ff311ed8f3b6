import type { Language } from '../../../shared/locales/translate.ts';
import { isLanguage } from '../../../shared/locales/translate.ts';

/** The language that a request prefers (RFC 9110, 12.5.4), among those of the product; English if there is none. */
export function acceptedLanguage(header: string | null | undefined): Language {
  const ranges = (header ?? '').split(',').map((range) => {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length) ?? 1);
    return { name: tag.split('-')[0], weight };
  });
  let best: { readonly language: Language; readonly weight: number } | null = null;
  for (const { name, weight } of ranges)
    if (isLanguage(name) && weight > (best?.weight ?? 0)) best = { language: name, weight };
  return best?.language ?? 'en';
}
