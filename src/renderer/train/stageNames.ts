import type { Stage } from '../../shared/events.ts';
import type { Translate } from '../i18n/words.ts';

export function stageName(stage: Stage, t: Translate): string {
  switch (stage) {
    case 'data':
      return t('common.data');
    case 'teacher':
      return t('common.teacher');
    case 'student':
      return t('common.student2');
    case 'qat':
      return t('train.quantize');
    case 'thresholds':
      return t('train.thresholds');
    case 'test':
      return t('common.test');
    case 'export':
      return t('common.export');
  }
}
