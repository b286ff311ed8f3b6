/** The catalog's entry that first runs start from: small, and a student itself. */
export const FIRST_WEIGHTS = 'google-lite1';
