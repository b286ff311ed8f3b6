import type { Config } from '../../../shared/config.ts';
import type { Stage } from '../../../shared/events.ts';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';

/** Describes what a stage does with these settings; shown when it starts. */
export function announcementOf(stage: Stage, { student, qat }: Config): Message {
  switch (stage) {
    case 'data':
      return message('stage.data');
    case 'teacher':
      return message('stage.teacher');
    case 'student':
      return message(student.alpha === 1 ? 'stage.studentOnLabelsOnly' : 'stage.student');
    case 'qat':
      return message(qat.epochs === 0 ? 'stage.quantize' : 'stage.quantizeWithTraining');
    case 'thresholds':
      return message('stage.thresholds');
    case 'test':
      return message('stage.test');
    case 'export':
      return message('stage.export');
  }
}
