import type { Words } from '../i18n/words.ts';

/** Short names of the settings, and their meaning in Spanish; the English meaning stands in the schema. */
type Entry = readonly [en: string, es: string, meaning: string];

const network: Readonly<Record<string, Entry>> = {
  architecture: ['Network', 'Red', 'Miembro de la familia EfficientNet.'],
  input_size: ['Input size', 'Tamaño de entrada', 'Lado de la entrada cuadrada, en píxeles.'],
  weights: [
    'Pretrained weights',
    'Pesos preentrenados',
    'Archivo con pesos preentrenados, o la carpeta de un entrenamiento cuya red sigue aprendiendo; vacío entrena desde cero.',
  ],
  weights_normalization: [
    'Their pixels',
    'Sus píxeles',
    'Cómo se normalizaron los píxeles x, de 0 a 255, al entrenar esos pesos: auto es lo que dice el archivo o, si no, lo propio de la familia; imagenet, la media y desviación de ImageNet (B0 a B7); half, (x - 127,5) / 127,5; unit, x / 255; lite, (x - 127) / 128 (Lite).',
  ],
  dropout: ['Dropout', 'Dropout', 'Parte de los rasgos que se apaga antes de la última capa al entrenar.'],
  drop_path: [
    'Drop path',
    'Drop path',
    'Parte de los bloques residuales que se salta al entrenar; crece hasta esto en el último.',
  ],
  batch_size: ['Batch size', 'Tamaño de lote', 'Imágenes por paso de entrenamiento.'],
  lr_head: ['Learning rate, head', 'Tasa, cabeza', 'Tasa de aprendizaje de la fase A, que solo entrena la cabeza.'],
  epochs_head: ['Epochs, head', 'Épocas, cabeza', 'Épocas de la fase A; se salta al entrenar desde cero.'],
  lr_finetune: ['Learning rate, fine-tuning', 'Tasa, ajuste fino', 'Tasa de aprendizaje máxima de la fase B.'],
  epochs_finetune: ['Epochs, fine-tuning', 'Épocas, ajuste fino', 'Épocas de la fase B.'],
  unfreeze_fraction: [
    'Share of layers trained',
    'Parte de capas entrenada',
    'Parte de las capas, desde arriba, que entrena la fase B; desde cero se entrenan todas.',
  ],
  optimizer: [
    'Optimizer',
    'Optimizador',
    'AdamW, o SGD con momento de Nesterov, que pide tasas de 10 a 100 veces mayores.',
  ],
  momentum: ['Momentum of SGD', 'Momento de SGD', 'Momento de SGD; AdamW tiene el suyo.'],
  weight_decay: ['Weight decay', 'Decaimiento de pesos', 'Decaimiento desacoplado, solo en los núcleos.'],
  layer_decay: [
    'Layer decay',
    'Decaimiento por capa',
    'Factor sobre la tasa de cada bloque al de debajo: el clasificador aprende a plena tasa, las primeras capas a menos. 1 es igual para todas.',
  ],
  accumulation_steps: [
    'Batches per step',
    'Lotes por paso',
    'Lotes cuyos gradientes se suman antes de mover los pesos: como un lote tantas veces mayor, con la memoria de uno.',
  ],
  warmup_epochs: ['Warm-up', 'Calentamiento', 'Épocas en que la tasa sube de 0 a su máximo, al inicio de cada fase.'],
  schedule: [
    'Schedule',
    'Evolución de la tasa',
    'Cómo sigue la tasa tras el calentamiento: por un coseno hasta 0, constante, a escalones, o one_cycle, con su propia subida (30 % de los pasos).',
  ],
  step_epochs: ['Step down every', 'Escalón cada', 'Con step: épocas entre dos escalones.'],
  step_factor: ['Step down by', 'Factor del escalón', 'Con step: factor sobre la tasa en cada escalón.'],
  clip_norm: [
    'Gradient clipping',
    'Recorte de gradiente',
    'Los gradientes se reducen a esta norma global; vacío no los toca.',
  ],
  ema_decay: [
    'Weight average (EMA)',
    'Media de pesos (EMA)',
    'Decaimiento de la media móvil de los pesos que se evalúa y guarda; al principio es menor, para olvidar el comienzo. Vacío la apaga.',
  ],
  early_stopping_patience: [
    'Stop when no better for',
    'Parar si no mejora en',
    'Épocas sin mejora antes de acabar la fase; 0 nunca acaba antes.',
  ],
  early_stopping_start: [
    'Epochs not judged',
    'Épocas sin juzgar',
    'Épocas al inicio de una fase que no se juzgan: ninguna se guarda como mejor ni cuenta para la paciencia.',
  ],
  early_stopping_baseline: [
    'Value to beat',
    'Valor que superar',
    'Valor de la cifra que hay que superar para que la paciencia vuelva a empezar; vacío no pide ninguno.',
  ],
  min_delta: ['Better means by', 'Mejor significa por', 'Cuánto ha de mejorar la cifra para contar como mejora.'],
  reduce_lr_factor: [
    'Reduce rate by',
    'Reducir la tasa por',
    'Factor sobre la tasa tras reduce_lr_patience épocas sin mejora; 1 lo apaga.',
  ],
  reduce_lr_patience: [
    'Reduce rate after',
    'Reducir la tasa tras',
    'Épocas sin mejora antes de reducir la tasa; 0 lo apaga.',
  ],
  reduce_lr_cooldown: [
    'Rest after a reduction',
    'Descanso tras reducir',
    'Épocas tras una reducción en que no se cuenta nada.',
  ],
  min_lr: ['Lowest rate', 'Tasa mínima', 'La tasa máxima no se reduce por debajo de esto por falta de mejora.'],
  monitor: [
    'Best epoch by',
    'Mejor época según',
    'Qué decide la mejor época; val_loss es la entropía cruzada simple, sea cual sea la pérdida.',
  ],
  loss: [
    'Loss',
    'Pérdida',
    'Pérdida contra las etiquetas: entropía cruzada binaria, focal (cuentan más las difíciles) o asimétrica (cuentan menos las ausentes fáciles).',
  ],
  focal_gamma: ['Focal gamma', 'Gamma focal', 'Con focal: cuánto menos cuentan las fáciles.'],
  focal_alpha: [
    'Focal alpha',
    'Alfa focal',
    'Con focal: factor de las presentes, 1 menos esto el de las ausentes; vacío ninguno.',
  ],
  asymmetric_gamma_positive: [
    'Gamma, present',
    'Gamma, presentes',
    'Con asymmetric: cuánto menos cuentan las presentes fáciles.',
  ],
  asymmetric_gamma_negative: [
    'Gamma, absent',
    'Gamma, ausentes',
    'Con asymmetric: cuánto menos cuentan las ausentes fáciles.',
  ],
  asymmetric_margin: [
    'Margin, absent',
    'Margen, ausentes',
    'Con asymmetric: las ausentes con menos puntuación no cuentan.',
  ],
  asymmetric_variant: [
    'Variant',
    'Variante',
    'Con asymmetric: stable es la fórmula; timm no da gradiente a las perdidas; original además lo quita de los factores.',
  ],
  label_smoothing: [
    'Label smoothing',
    'Suavizado de etiquetas',
    'Parte e en que se suavizan: presente es 1 - e/2, ausente e/2.',
  ],
  positive_weights: [
    'Weight of present labels',
    'Peso de las presentes',
    'Cuánto más cuenta una etiqueta presente en cada clase: nada, ausentes entre presentes, o la misma razón de números efectivos, más suave.',
  ],
  effective_number_beta: [
    'Effective number, beta',
    'Número efectivo, beta',
    'Con effective_number: 0 no pesa nada, hacia 1 es la frecuencia inversa.',
  ],
};

const entries: Readonly<Record<string, Entry>> = {
  'data.separator': ['Separator', 'Separador', 'Qué separa la ruta de las etiquetas; auto lo averigua y lo dice.'],
  'data.labels_file': [
    'List of classes',
    'Lista de clases',
    'Un labels.txt con las clases y su orden; vacío toma el conjunto alfabético.',
  ],
  'data.unlabeled': [
    'Images without labels',
    'Imágenes sin etiquetas',
    'Ninguna de estas (none_of_these), aún sin etiquetar y fuera (not_labeled_yet), o preguntar (ask).',
  ],
  'data.padding_color': [
    'Padding colour',
    'Color de relleno',
    'Color (rojo, verde, azul; 0 a 255) junto a las fotos no cuadradas y bajo las transparentes.',
  ],
  'data.min_positives': [
    'Few images below',
    'Pocas imágenes bajo',
    'Se avisa de las clases con menos imágenes que esto en una partición.',
  ],
  'data.duplicates_across_splits': [
    'Same image in two splits',
    'Misma imagen en dos particiones',
    'Cómo se juzga; hace mentir a las cifras.',
  ],
  'data.max_megapixels': ['Largest image', 'Imagen más grande', 'En megapíxeles; las mayores se rechazan.'],
  'data.cache_gb': [
    'Pixel cache',
    'Caché de píxeles',
    'Espacio en disco para píxeles encuadrados, en gigabytes; 0 la apaga.',
  ],
  'data.sampling': [
    'An epoch sees',
    'Una época ve',
    'Cada imagen una vez (shuffle), las de clases raras más a menudo (repeat_factor) o todas las clases por igual (balanced).',
  ],
  'data.repeat_threshold': [
    'Repeat classes below',
    'Repetir clases bajo',
    'Con repeat_factor: las clases en una parte f menor de las imágenes se repiten sqrt(esto / f) veces.',
  ],
  'data.workers': [
    'Decoding threads',
    'Hilos de decodificación',
    'Hilos que decodifican y aumentan; 0 elige según los núcleos.',
  ],
  'augmentation.horizontal_flip': ['Mirror', 'Espejo', 'Probabilidad de imagen reflejada.'],
  'augmentation.vertical_flip': [
    'Upside down',
    'Boca abajo',
    'Probabilidad de imagen boca abajo; para fotos desde arriba.',
  ],
  'augmentation.geometry_probability': [
    'Moved images',
    'Imágenes movidas',
    'Parte de las imágenes que se giran, acercan y desplazan.',
  ],
  'augmentation.rotation': ['Rotation', 'Rotación', 'Mayor giro a cada lado, en grados.'],
  'augmentation.zoom': ['Zoom', 'Zoom', 'Mayor acercamiento o alejamiento, como parte del tamaño.'],
  'augmentation.shift': ['Shift', 'Desplazamiento', 'Mayor desplazamiento, como parte del lado.'],
  'augmentation.colour_probability': [
    'Recoloured images',
    'Imágenes recoloreadas',
    'Parte de las imágenes cuyos colores cambian.',
  ],
  'augmentation.brightness': ['Brightness', 'Brillo', 'Mayor cambio de brillo, como factor de 1 más o menos esto.'],
  'augmentation.contrast': ['Contrast', 'Contraste', 'Mayor cambio de contraste, como factor de 1 más o menos esto.'],
  'augmentation.saturation': [
    'Saturation',
    'Saturación',
    'Mayor cambio de saturación, como factor de 1 más o menos esto.',
  ],
  'augmentation.hue': ['Hue', 'Tono', 'Mayor giro del círculo cromático, como parte del círculo.'],
  'augmentation.rand_operations': [
    'RandAugment operations',
    'Operaciones RandAugment',
    'Tantas operaciones más por imagen, sacadas de una lista (giro, inclinación, desplazamiento, brillo, contraste, saturación, posterizar, solarizar o ninguna); 0 lo apaga, 2 es lo usual.',
  ],
  'augmentation.rand_magnitude': [
    'RandAugment strength',
    'Fuerza de RandAugment',
    'Fuerza de esas operaciones, de 0 a 10.',
  ],
  'augmentation.noise_probability': ['Noisy images', 'Imágenes con ruido', 'Parte de las imágenes que reciben ruido.'],
  'augmentation.noise': ['Noise', 'Ruido', 'Mayor desviación típica del ruido gaussiano, en niveles de 0 a 255.'],
  'augmentation.erase': [
    'Erased rectangle',
    'Rectángulo borrado',
    'Probabilidad de un rectángulo gris sobre la imagen (random erasing, cutout).',
  ],
  'augmentation.erase_area': [
    'Largest rectangle',
    'Mayor rectángulo',
    'Mayor área de ese rectángulo, como parte de la imagen.',
  ],
  'augmentation.order': [
    'Order',
    'Orden',
    'Qué se hace antes: place (espejo, zoom, giro, desplazamiento), colour (con posterizar y solarizar), noise (ruido) y erase (rectángulo). MixUp siempre va al final.',
  ],
  'augmentation.mixup': [
    'MixUp',
    'MixUp',
    'Las imágenes de un lote se mezclan por parejas y sus etiquetas con ellas, en una parte sacada de Beta(mixup, mixup); 0 lo apaga, 0,2 es lo usual.',
  ],
  'engine.name': ['Engine', 'Motor', 'Qué calcula; auto toma el más rápido que arranque.'],
  'engine.threads': ['Threads', 'Hilos', 'Hilos de onnx-cpu; 0 toma todos los núcleos.'],
  'engine.memory': [
    'Memory',
    'Memoria',
    'Con low onnx-cpu planea menos: un 40 % menos de memoria en su máximo, por hasta un 5 % de velocidad.',
  ],
  'student.architecture': [
    'Network',
    'Red',
    'Miembro Lite de la familia EfficientNet: los demás no se pueden cuantizar.',
  ],
  'student.alpha': [
    'Weight of the labels',
    'Peso de las etiquetas',
    'Parte de la pérdida contra las etiquetas; el resto es contra el maestro.',
  ],
  'student.temperature': ['Temperature', 'Temperatura', 'Suaviza las puntuaciones que el alumno aprende del maestro.'],
  'qat.epochs': ['Train while quantized', 'Entrenar cuantizando', 'Épocas con la cuantización dentro; 0 solo calibra.'],
  'qat.lr': ['Learning rate', 'Tasa de aprendizaje', 'Pequeña: los pesos ya son buenos.'],
  'qat.range_decay': [
    'Range decay',
    'Decaimiento de rangos',
    'Decaimiento de la media móvil de los rangos; se congelan en el último tercio.',
  ],
  'threshold_search.goal': [
    'Goal',
    'Objetivo',
    'Para qué se elige cada umbral: el mejor F1, o precisión o exhaustividad mínimas.',
  ],
  'threshold_search.min_precision': [
    'Precision at least',
    'Precisión mínima',
    'Con objetivo precision: la precisión que guardar en validación.',
  ],
  'threshold_search.min_recall': [
    'Recall at least',
    'Exhaustividad mínima',
    'Con objetivo recall: la exhaustividad que guardar en validación.',
  ],
  'threshold_search.smoothing': [
    'Smoothing of rare labels',
    'Suavizado de raras',
    'Acerca el umbral de las clases raras al global: como si tantos positivos más hubieran votado por él.',
  ],
  'tflite_export.name': ['Name of the bundle', 'Nombre del paquete', 'Letras, cifras, punto, guion y guion bajo.'],
  'tflite_export.input_type': [
    'Input type',
    'Tipo de entrada',
    'uint8 toma los píxeles tal cual y lo acepta toda biblioteca móvil.',
  ],
  'tflite_export.output_type': ['Output type', 'Tipo de salida', 'uint8 q significa una puntuación de q/256.'],
  'tflite_export.representative_dataset_size': [
    'Calibration images',
    'Imágenes de calibración',
    'Imágenes de entrenamiento, sin aumentar, con que se calibran los rangos.',
  ],
  seed: ['Seed', 'Semilla', 'Principio de todo sorteo: misma semilla, mismos datos, mismo equipo, mismo modelo.'],
  checkpoint_minutes: [
    'Checkpoint every',
    'Punto de control cada',
    'Minutos entre puntos de control dentro de una época; cada época escribe uno.',
  ],
};

const entryOf = (key: string): Entry | undefined => entries[key] ?? network[key.split('.')[1] ?? ''];

export const settingName = (key: string, w: Words): string => {
  const entry = entryOf(key);
  return entry === undefined ? key : w(entry[0], entry[1]);
};

export const settingMeaning = (key: string, english: string, w: Words): string =>
  w(english, entryOf(key)?.[2] ?? english);

export function sectionName(name: string, w: Words): readonly [string, string] {
  switch (name) {
    case 'data':
      return [w('Data', 'Datos'), w('how the photos are read', 'cómo se leen las fotos')];
    case 'augmentation':
      return [w('Augmentation', 'Aumento'), w('variety in training', 'variedad al entrenar')];
    case 'engine':
      return [w('Engine', 'Motor'), w('what computes', 'qué calcula')];
    case 'teacher':
      return [w('Teacher', 'Maestro'), w('large network, learns first', 'red grande, aprende primero')];
    case 'student':
      return [w('Student', 'Alumno'), w('the network that ships', 'la red que se entrega')];
    case 'qat':
      return [w('Quantization', 'Cuantización'), w('makes it INT8', 'la hace INT8')];
    case 'threshold_search':
      return [w('Thresholds', 'Umbrales'), w('when a label counts as present', 'cuándo cuenta una etiqueta')];
    case 'tflite_export':
      return [w('Export', 'Exportación'), w('the file for the phone', 'el archivo para el móvil')];
    default:
      return [w('General', 'General'), ''];
  }
}

export function presetWords(name: string, w: Words): readonly [string, string] {
  switch (name) {
    case 'fast':
      return [
        w('Fast', 'Rápido'),
        w('See in minutes whether the labels carry.', 'Ver en minutos si las etiquetas valen.'),
      ];
    case 'balanced':
      return [
        w('Balanced', 'Equilibrado'),
        w('The right choice for nearly all projects.', 'Lo indicado para casi todo proyecto.'),
      ];
    case 'best':
      return [
        w('Best', 'Óptimo'),
        w('Twice the epochs, for the model that ships.', 'El doble de épocas, para el modelo final.'),
      ];
    case 'demo':
      return [
        w('Sample', 'Muestra'),
        w('Four minutes, made for the sample.', 'Cuatro minutos, hecho para la muestra.'),
      ];
    default:
      return [name, ''];
  }
}
