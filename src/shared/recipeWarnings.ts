import type { Config } from './config.ts';

/** Settings that may destroy what the labels say. Both languages, since screens and logs show them. */
export interface RecipeWarning { readonly key: string; readonly en: string; readonly es: string }

/** Simple rules; none of them stops a training, for only people know what their labels mean. */
export function recipeWarnings({ augmentation: a, teacher, student, data }: Pick<Config, 'augmentation' | 'teacher' | 'student' | 'data'>): RecipeWarning[] {
  const rules: readonly (readonly [boolean, string, string, string])[] = [
    [a.vertical_flip > 0 || a.rotation > 45, a.vertical_flip > 0 ? 'augmentation.vertical_flip' : 'augmentation.rotation', 'Images are turned upside down: labels that depend on which way is up get lost.', 'Se dan la vuelta a las imágenes: se pierden las etiquetas que dependen de qué lado está arriba.'],
    [a.zoom > 0.5 || a.shift > 0.3, a.zoom > 0.5 ? 'augmentation.zoom' : 'augmentation.shift', 'Zoom and shift this large push objects out of the picture while their labels stay.', 'Un zoom o desplazamiento tan grande saca objetos de la imagen y sus etiquetas se quedan.'],
    [a.hue > 0.1 || a.saturation > 0.8, a.hue > 0.1 ? 'augmentation.hue' : 'augmentation.saturation', 'Colours change this much: labels that tell colours apart (ripe, green) get lost.', 'Los colores cambian tanto que se pierden las etiquetas que distinguen colores (maduro, verde).'],
    [a.brightness > 0.7 || a.contrast > 0.8, a.brightness > 0.7 ? 'augmentation.brightness' : 'augmentation.contrast', 'Some images become black or white.', 'Algunas imágenes quedan negras o blancas.'],
    [a.erase > 0 && a.erase_area > 0.4, 'augmentation.erase_area', 'The erased rectangle can cover a whole object while its label stays.', 'El rectángulo borrado puede tapar un objeto entero y su etiqueta se queda.'],
    [a.noise > 40, 'augmentation.noise', 'Noise this strong hides small objects.', 'Un ruido tan fuerte oculta los objetos pequeños.'],
    [a.rand_operations > 0 && a.rand_magnitude * a.rand_operations > 18, 'augmentation.rand_magnitude', 'RandAugment this strong leaves little of an image.', 'Un RandAugment tan fuerte deja poco de la imagen.'],
    [a.mixup > 0 && (teacher.loss !== 'bce' || student.loss !== 'bce'), 'augmentation.mixup', 'MixUp and a focal or asymmetric loss pull against each other: blended labels are never easy.', 'MixUp y una pérdida focal o asimétrica tiran en contra: las etiquetas mezcladas nunca son fáciles.'],
    [a.mixup > 1, 'augmentation.mixup', 'Most images are half of one and half of another: small objects vanish.', 'La mayoría de imágenes son mitad de una y mitad de otra: los objetos pequeños desaparecen.'],
    [data.sampling !== 'shuffle' && (teacher.positive_weights !== 'none' || student.positive_weights !== 'none'), 'data.sampling', 'Rare classes are both repeated and weighted: one of the two is usually enough.', 'Las clases raras se repiten y además se ponderan: suele bastar con una de las dos cosas.'],
  ];
  return rules.filter(([applies]) => applies).map(([, key, en, es]) => ({ key, en, es }));
}
