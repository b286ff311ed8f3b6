/**
 * Numbers as each language writes them. Spanish uses a decimal comma with a leading 0; English scores drop the leading
 * 0.
 */
export interface Format {
  /** A score or share in 0..1 with three decimals: '.387' or '0,387'. */
  score(value: number | null, digits?: number): string;
  /** A share in 0..1 as points of 100: '88.5'. */
  points(value: number | null): string;
  /** A share in 0..1 without decimals: '46%' or '46 %'. */
  percent(share: number): string;
  count(value: number): string;
  decimal(value: number, digits: number): string;
  /** A setting's value with all its digits. */
  number(value: number): string;
  bytes(value: number | null): string;
  /** '1 h 7 min', '18:24', '35 s'. */
  duration(seconds: number | null): string;
  /** A time such as '15:09', with the day unless it is today. */
  clock(time: Date): string;
  date(iso: string): string;
  sign(value: number, digits: number): string;
}

const NONE = '–';

export function createFormat(language: 'en' | 'es'): Format {
  const locale = language === 'en' ? 'en-GB' : 'es-ES';
  const decimal = (value: number, digits: number): string =>
    value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: true });
  const score = (value: number | null, digits = 3): string => {
    if (value === null || Number.isNaN(value)) return NONE;
    const text = decimal(value, digits);
    return language === 'en' && text.startsWith('0.') ? text.slice(1) : text;
  };
  return {
    score,
    decimal,
    number: (value) => value.toLocaleString(locale, { maximumSignificantDigits: 15, useGrouping: false }),
    points: (value) => (value === null || Number.isNaN(value) ? NONE : decimal(value * 100, 1)),
    percent: (share) => `${decimal(share * 100, 0)}${language === 'en' ? '%' : ' %'}`,
    count: (value) => value.toLocaleString(locale),
    bytes: (value) => {
      if (value === null) return NONE;
      const units = ['B', 'kB', 'MB', 'GB', 'TB'];
      const power = value < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
      const scaled = value / 1000 ** power;
      return `${decimal(scaled, power === 0 || scaled >= 100 ? 0 : 1)} ${units[power]}`;
    },
    duration: (seconds) => {
      if (seconds === null || !Number.isFinite(seconds)) return NONE;
      const s = Math.max(0, Math.round(seconds));
      if (s < 60) return `${s} s`;
      if (s < 3600) return `${Math.floor(s / 60)} min${s < 600 && s % 60 > 0 ? ` ${s % 60} s` : ''}`;
      const days = Math.floor(s / 86400);
      return days > 0
        ? `${days} d ${Math.floor((s % 86400) / 3600)} h`
        : `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
    },
    clock: (time) => {
      const hour = time.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
      return time.toDateString() === new Date().toDateString()
        ? hour
        : `${time.toLocaleDateString(locale, { weekday: 'short', day: 'numeric' })} ${hour}`;
    },
    date: (iso) => {
      const time = new Date(iso);
      const today = time.toDateString() === new Date().toDateString();
      return today
        ? time.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' })
        : time.toLocaleDateString(locale, {
            day: 'numeric',
            month: 'short',
            year: time.getFullYear() === new Date().getFullYear() ? undefined : 'numeric',
          });
    },
    sign: (value, digits) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${decimal(Math.abs(value), digits)}`,
  };
}
