import type { Translate } from '../i18n/words.ts';

export function sectionName(name: string, t: Translate): readonly [string, string] {
  switch (name) {
    case 'data':
      return [t('common.data'), t('train.howPhotosRead')];
    case 'augmentation':
      return [t('train.augmentation'), t('train.varietyTraining')];
    case 'engine':
      return [t('common.engine'), t('train.computes')];
    case 'teacher':
      return [t('common.teacher'), t('train.largeNetworkLearnsFirst')];
    case 'student':
      return [t('common.student2'), t('train.networkShips')];
    case 'qat':
      return [t('train.quantization'), t('train.makesInt8')];
    case 'threshold_search':
      return [t('train.thresholds'), t('train.whenLabelCountsPresent')];
    case 'tflite_export':
      return [t('train.export'), t('train.filePhone')];
    default:
      return [t('train.general'), ''];
  }
}

export function presetWords(name: string, t: Translate): readonly [string, string] {
  switch (name.replace(/-pretrained$/, '')) {
    case 'fast':
      return [t('train.fast'), t('train.seeMinutesWhetherLabelsCarry')];
    case 'balanced':
      return [t('train.balanced'), t('train.rightChoiceNearlyAllProjects')];
    case 'best':
      return [t('train.best2'), t('train.twiceEpochsModelShips')];
    case 'demo':
      return [t('train.sample'), t('train.madeForSample')];
    default:
      return [name, ''];
  }
}
