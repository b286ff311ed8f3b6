import { decimal } from './format.ts';
import { t } from './wording.ts';

const megabytes = (count: number): string => decimal(count / 1e6, 1);

/** The status line of a download; `total` is null if the server does not send it. */
export const downloadStatus = (done: number, total: number | null): string =>
  total === null
    ? `  ${t('cli.megabytes', { done: megabytes(done) })}`
    : `  ${t('cli.megabytesOf', { done: megabytes(done), total: megabytes(total) })}`;
