/** The bundle, its checks, and LiteRT. */
export const exportMessages: Readonly<Record<string, string>> = {
  '{csv} cannot be written. Free some space or check the permissions of the folder, and score the folder again.':
    'No se puede escribir {csv}. Libera espacio o comprueba los permisos de la carpeta, y puntúala de nuevo.',
  'every file is as it was written (SHA256SUMS)': 'cada archivo está como se escribió (SHA256SUMS)',
  'the model is a valid int8 .tflite': 'el modelo es un .tflite int8 válido',
  'labels.txt, inference_config.json and the model agree': 'labels.txt, inference_config.json y el modelo coinciden',
  'the model loads in LiteRT': 'el modelo carga en LiteRT',
  'letterbox: {count:number} pictures give the same bytes': 'encuadre: {count} imágenes dan los mismos bytes',
  "input tensors are the letterboxed pixels in the model's type":
    'los tensores de entrada son los píxeles encuadrados en el tipo del modelo',
  'outputs: LiteRT gives the same numbers': 'salidas: LiteRT da los mismos números',
  'decisions: q >= k gives the same labels': 'decisiones: q >= k da las mismas etiquetas',

  // What a check finds.
  '{file} is missing.': 'Falta {file}.',
  '{file} was changed.': '{file} ha cambiado.',
  '{file} does not belong to the bundle.': '{file} no pertenece al paquete.',
  'labels.txt is not the list inside the model.': 'labels.txt no es la lista que lleva dentro el modelo.',
  'inference_config.json has other labels than the model.':
    'inference_config.json tiene otras etiquetas que el modelo.',
  'inference_config.json was written for another model.': 'inference_config.json se escribió para otro modelo.',
  'inference_config.json says {said:number} px, the model takes {taken:number} px.':
    'inference_config.json dice {said} px y el modelo toma {taken} px.',
  'inference_config.json says other input or output types than the model has.':
    'inference_config.json dice otros tipos de entrada o salida que los del modelo.',
  'inference_config.json says another quantization than the model has.':
    'inference_config.json dice otra cuantización que la del modelo.',
  'the thresholds are not in the order of the labels.': 'los umbrales no están en el orden de las etiquetas.',
  'inference_config.json and threshold_recommendation.json have different thresholds.':
    'inference_config.json y threshold_recommendation.json tienen umbrales distintos.',
  'there are no parity pictures.': 'no hay imágenes de paridad.',
  '{image} gives something else.': '{image} da otra cosa.',

  // Reading and writing a bundle.
  "{bundle} does not exist: name a bundle's folder or its .zip.":
    '{bundle} no existe: indica la carpeta de un paquete o su .zip.',
  '{file} is no bundle: it cannot be read as a zip. Copy it again.':
    '{file} no es un paquete: no se puede leer como zip. Cópialo otra vez.',
  'This run has no bundle yet. Export it first.': 'Este entrenamiento aún no tiene paquete. Expórtalo antes.',
  '{file} is not in the bundle.': '{file} no está en el paquete.',
  '{file} is nothing to download.': '{file} no es nada que se pueda descargar.',
  "The integer reference and the fast scorer differ on {image}. Nothing was exported. Please report this with the run's folder.":
    'La referencia entera y el cálculo rápido difieren en {image}. No se ha exportado nada. Avisa de este fallo, con la carpeta del entrenamiento.',
  "LiteRT and the studio's integer model differ on {image} (class {label:number}: {found:number} against {expected:number}). Nothing was exported. Please report this with the run's folder.":
    'LiteRT y el modelo entero del estudio difieren en {image} (clase {label}: {found} frente a {expected}). No se ha exportado nada. Avisa de este fallo, con la carpeta del entrenamiento.',

  'The LiteRT interpreter does not start. Install the packages again with npm ci.':
    'El intérprete de LiteRT no arranca. Instala otra vez los paquetes con npm ci.',
  'LiteRT {what:words}. The model file does not suit this interpreter, or memory ran out.':
    'LiteRT {what}. El archivo del modelo no le sirve a este intérprete, o se acabó la memoria.',
  'refuses the model': 'rechaza el modelo',
  'failed to run the model': 'no pudo ejecutar el modelo',
  "The model's {what:words} has LiteRT's element type {type}; only uint8, int8 and float32 can be run.":
    'Los elementos de {what} del modelo son de tipo {type} de LiteRT; solo se ejecutan uint8, int8 y float32.',
  input: 'la entrada',
  output: 'la salida',
  'LiteRT has no memory left for the model. Close other models first.':
    'A LiteRT no le queda memoria para el modelo. Cierra antes otros modelos.',
  'The model has {count:number} inputs; an image classifier has one.':
    'El modelo tiene {count} entradas; un clasificador de imágenes tiene una.',
  'The model has no output.': 'El modelo no tiene salida.',
  'This model was disposed of and cannot run any more.': 'Este modelo ya se cerró y no se puede ejecutar.',
  'The model takes {bytes:number} bytes of {type} ({shape}), not {given:number} bytes of {array}.':
    'El modelo toma {bytes} bytes de {type} ({shape}), no {given} bytes de {array}.',

  'The model gives the score {score:number}, which is no multiple of 1/256 from 0 to 255/256.':
    'El modelo da la puntuación {score}, que no es un múltiplo de 1/256 entre 0 y 255/256.',
  'The model has {type} at its ends; uint8, int8 and float32 can be used.':
    'El modelo tiene {type} en sus extremos; se pueden usar uint8, int8 y float32.',
  'The model is no image classifier: it should take one image and give one row of scores.':
    'El modelo no es un clasificador de imágenes: debería tomar una imagen y dar una fila de puntuaciones.',
  'The model has no labels inside. Use one that was exported here.':
    'El modelo no lleva etiquetas dentro. Usa uno exportado aquí.',
  'The model has {classes:number} classes, but {labels:number} labels were given.':
    'El modelo tiene {classes} clases, pero se dieron {labels} etiquetas.',
  "The integer model has no tensor '{tensor}'.": 'El modelo entero no tiene el tensor “{tensor}”.',
  'Label {number:number} is empty.': 'La etiqueta {number} está vacía.',
  'Label {number:number} ({label}) holds a line break or control character, and labels are stored one a line.':
    'La etiqueta {number} ({label}) contiene un salto de línea o un carácter de control, y las etiquetas se guardan una por línea.',
  'Label {number:number} ({label}) is not valid Unicode (half of a surrogate pair).':
    'La etiqueta {number} ({label}) no es Unicode válido (medio par sustituto).',
  'Label {number:number} ({label}) is there twice.': 'La etiqueta {number} ({label}) está dos veces.',
  'Rename it in the label files.': 'Cámbiale el nombre en los archivos de etiquetas.',
};
