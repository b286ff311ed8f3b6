/**
 * The preset of projects without settings of their own. Its teacher and its epochs are chosen for the machine once they
 * start from pretrained weights.
 */
export const FITTED_PRESET = 'balanced';
