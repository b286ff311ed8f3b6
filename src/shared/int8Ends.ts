import type { Config } from './config.ts';
import type { Message } from './message.ts';
import { message } from './message.ts';

type IoType = Config['tflite_export']['input_type'];

/**
 * Warns when phone libraries would refuse the model. MediaPipe's image classifier and the Task Library take uint8 and
 * float32 only, at both ends; ML Kit builds on the latter, and TensorFlow Lite's Swift interface has no int8 tensors.
 */
export function int8Warning(input: IoType, output: IoType): Message | null {
  if (input === 'int8' && output === 'int8') return message('exporting.int8Both');
  if (input === 'int8') return message('exporting.int8Input');
  return output === 'int8' ? message('exporting.int8Output') : null;
}
