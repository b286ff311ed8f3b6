import type { Config } from '../../../shared/config.ts';
import { Problem } from '../../../shared/problem.ts';

/**
 * Early stopping and the choice of the best weights follow a metric on validation. Macro AP and macro F1 are undefined
 * when no validation image has a label, so such settings are refused before hours of training that nothing measures.
 */
export function requireMeasurableMonitors(
  config: Pick<Config, 'teacher' | 'student' | 'qat'>,
  validationHasLabels: boolean,
): void {
  if (validationHasLabels) return;
  const monitored = [
    ['teacher.monitor', config.teacher.monitor, config.teacher.epochs_finetune + config.teacher.epochs_head],
    ['student.monitor', config.student.monitor, config.student.epochs_finetune + config.student.epochs_head],
    ['qat.monitor', config.qat.monitor, config.qat.epochs],
  ] as const;
  const settings = monitored.flatMap(([setting, monitor, epochs]) =>
    monitor === 'val_loss' || epochs === 0 ? [] : [`${setting}: ${monitor}`],
  );
  if (settings.length > 0) throw new Problem('data.monitorNotMeasurable', { settings });
}
