import type { Config } from '../../../shared/config.ts';
import { Problem } from '../../../shared/problem.ts';

/**
 * Early stopping, and the choice of the weights that are kept, follow a figure on validation. Macro AP and macro F1
 * are undefined where no validation image has a label: refused before hours of training choose their weights by
 * nothing.
 */
export function requireMeasurableMonitors(
  config: Pick<Config, 'teacher' | 'student' | 'qat'>,
  validationHasLabels: boolean,
): void {
  if (validationHasLabels) return;
  const unmeasurable = [
    ['teacher.monitor', config.teacher.monitor, config.teacher.epochs_finetune + config.teacher.epochs_head],
    ['student.monitor', config.student.monitor, config.student.epochs_finetune + config.student.epochs_head],
    ['qat.monitor', config.qat.monitor, config.qat.epochs],
  ] as const;
  const settings = unmeasurable.flatMap(([setting, monitor, epochs]) =>
    monitor === 'val_loss' || epochs === 0 ? [] : [`${setting}: ${monitor}`],
  );
  if (settings.length > 0)
    throw new Problem(
      'data',
      `No image in val.txt has a label, so there is nothing to measure ${settings.join(', ')} on. Add labeled images to val.txt, or set each of these to val_loss.`,
    );
}
