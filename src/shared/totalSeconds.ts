/** Estimated seconds of a whole run, from those of its stages. */
export const totalSeconds = (stages: readonly { readonly seconds: number }[]): number =>
  stages.reduce((sum, { seconds }) => sum + seconds, 0);
