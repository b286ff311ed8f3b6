import type { Said, Words } from '../i18n/words.ts';

/** A check in the screen's language, as a sentence begins; a file's name stays as it is. */
export function checkName(name: string, said: Said): string {
  const sentence = said(name);
  return /^[\w-]+\.\w/.test(sentence) ? sentence : sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

export function filePurpose(name: string, w: Words): string {
  switch (name) {
    case 'model_int8.tflite':
      return w('The model; labels and metadata inside', 'El modelo; lleva dentro etiquetas y metadatos');
    case 'labels.txt':
      return w('Names, in the order of the outputs', 'Nombres, en el orden de las salidas');
    case 'inference_config.json':
      return w('Size, letterbox, quantization, thresholds', 'Tamaño, encuadre, cuantización, umbrales');
    case 'threshold_recommendation.json':
      return w('Each threshold and what it costs', 'Cada umbral y lo que cuesta');
    case 'metrics.json':
      return w('Figures a label, float and INT8', 'Cifras por etiqueta, float e INT8');
    case 'MODEL_CARD.md':
      return w('What the model is for, and where it is weak', 'Para qué sirve el modelo y dónde es débil');
    case 'report.html':
      return w('Every figure and curve, to read offline', 'Cada cifra y curva, para leer sin conexión');
    case 'report.es.html':
      return w('The same in Spanish', 'Lo mismo en español');
    case 'sample/android/Tagger.kt':
      return w('Code to start an Android app from', 'Código para empezar una app Android');
    case 'sample/ios/Tagger.swift':
      return w('Code to start an iOS app from', 'Código para empezar una app iOS');
    case 'sample/python/tagger.py':
      return w('The same in Python, runs as it is', 'Lo mismo en Python, funciona tal cual');
    case 'preprocess/letterbox.h':
      return w('The same pixels in C, no dependencies', 'Los mismos píxeles en C, sin dependencias');
    case 'SHA256SUMS':
      return w('So that nothing changes on the way', 'Para que nada cambie por el camino');
    default:
      return name.startsWith('parity/')
        ? w('Images, tensors and scores to test the app with', 'Imágenes, tensores y puntuaciones para probar la app')
        : '';
  }
}

export interface BundleEntry {
  readonly name: string;
  readonly bytes: number;
  readonly files: number;
}

/** Files of one folder stand as one row: nobody reads 24 tensors. */
export function grouped(files: readonly { name: string; bytes: number }[]): BundleEntry[] {
  const groups = Map.groupBy(files, ({ name }) => (name.startsWith('parity/') ? 'parity/' : name));
  const order = [
    'model_int8.tflite',
    'labels.txt',
    'inference_config.json',
    'threshold_recommendation.json',
    'metrics.json',
    'MODEL_CARD.md',
    'report.html',
    'report.es.html',
    'sample/android/Tagger.kt',
    'sample/ios/Tagger.swift',
    'sample/python/tagger.py',
    'preprocess/letterbox.h',
    'parity/',
  ];
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...groups]
    .map(([name, own]) => ({ name, bytes: own.reduce((sum, { bytes }) => sum + bytes, 0), files: own.length }))
    .sort((a, b) => rank(a.name) - rank(b.name));
}
