import type { Stage } from '../../shared/events.ts';
import type { Words } from '../i18n/words.ts';

export function stageName(stage: Stage, w: Words): string {
  switch (stage) {
    case 'data':
      return w('Data', 'Datos');
    case 'teacher':
      return w('Teacher', 'Maestro');
    case 'student':
      return w('Student', 'Alumno');
    case 'qat':
      return w('Quantize', 'Cuantizar');
    case 'thresholds':
      return w('Thresholds', 'Umbrales');
    case 'test':
      return w('Test', 'Prueba');
    case 'export':
      return w('Export', 'Exportar');
  }
}

export function phaseName(phase: string, w: Words): string {
  if (phase === 'head') return w('head', 'cabeza');
  if (phase === 'finetune') return w('fine-tuning', 'ajuste fino');
  if (phase === 'qat') return w('quantization-aware training', 'entrenamiento con cuantización');
  return phase;
}
